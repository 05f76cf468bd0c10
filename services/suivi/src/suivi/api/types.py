"""Le catalogue des événements, public : ce que l’on peut dire, et comment."""

from pydantic import BaseModel, Field

from contracts import schemas
from contracts.base import Porte
from contracts.catalogue import TOUS
from kit.errors import NotFound
from kit.http import Router

router = Router(tags=["catalogue"])


class TypeInconnu(NotFound):
    """Ce type n’est pas au catalogue."""

    def __init__(self) -> None:
        super().__init__("Ce type n’est pas au catalogue : voir /v1/types.")


class TypeVue(BaseModel):
    """Un type d’événement : ce qu’il dit, et s’il se rapporte comme un fait."""

    type: str
    libelle: str
    definition: str
    fait: bool
    proprietaire: str
    remplace_par: str | None = Field(description="Celui-ci est déprécié : le type à écrire.")


@router.get("/v1/types", summary="Les types d’événements")
async def types() -> list[TypeVue]:
    return [
        TypeVue(
            type=type_,
            libelle=classe.libelle,
            definition=classe.__doc__ or "",
            fait=Porte.FAIT in classe.portes,
            proprietaire=classe.proprietaire,
            remplace_par=classe.remplacee_par,
        )
        for type_, classe in TOUS.items()
    ]


@router.get("/v1/types/{type}", summary="Le schéma d’un type")
async def schema(type: str) -> dict[str, object]:  # noqa: A002 - the name partners know
    if type not in TOUS:
        raise TypeInconnu
    return schemas.schema(TOUS[type])
