"""La porte HTTP des chiffres : chacun avec son numérateur, son dénominateur et ses événements."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from contracts.listes import PublicCible
from indicateurs import queries
from indicateurs.domain import INDICATEURS, Cohorte, mois_suivant
from indicateurs.queries import Chiffre, Point
from kit.access import Caller, authorized
from kit.clock import Now, civil_date
from kit.db import Database
from kit.errors import FieldError, Invalid
from kit.http import Router

router = Router(prefix="/v1/indicateurs", tags=["indicateurs"])

_Lire = Annotated[Caller, authorized("indicateurs:lire")]
DOUZE_MOIS = 12


Mois = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


def cohorte(
    now: Now,
    *,
    debut: Annotated[Mois | None, Query(description="Premier mois de la cohorte.")] = None,
    fin: Annotated[Mois | None, Query(description="Dernier mois, compris.")] = None,
    axe: Annotated[Literal[1, 2] | None, Query()] = None,
    public: Annotated[PublicCible | None, Query()] = None,
) -> Cohorte:
    """Les douze derniers mois, si rien n’est dit."""
    dernier = _premier_jour(fin) if fin else civil_date(now).replace(day=1)
    premier = _premier_jour(debut) if debut else mois_suivant(dernier, 1 - DOUZE_MOIS)
    if premier > dernier:
        detail = "Le premier mois doit précéder le dernier"
        raise Invalid(FieldError("PERIODE_INVERSEE", "?debut", detail))
    return Cohorte(premier, dernier, axe, public)


def _premier_jour(mois: str) -> date:
    return date.fromisoformat(f"{mois}-01")


_Cohorte = Annotated[Cohorte, Depends(cohorte)]


class PointVue(BaseModel):
    """Un mois de cohorte. `masque` : trop peu d’unités pour être publié."""

    mois: date
    numerateur: int
    denominateur: int
    inconnus: int
    taux: float | None
    borne_haute: float | None
    mur: bool
    masque: bool

    @classmethod
    def de(cls, point: Point) -> Self:
        return cls(
            mois=point.mois,
            numerateur=point.numerateur,
            denominateur=point.denominateur,
            inconnus=point.inconnus,
            taux=point.taux,
            borne_haute=point.borne_haute,
            mur=point.mur,
            masque=point.masque,
        )


class ChiffreVue(BaseModel):
    """Un indicateur sur une cohorte, avec de quoi le juger et le refaire."""

    nom: str
    definition_version: int
    libelle: str
    unite: str
    definition: str
    debut: date
    fin: date
    axe: int | None
    public: str | None
    numerateur: int
    denominateur: int
    inconnus: int
    taux: float | None
    borne_haute: float | None = Field(description="Parmi les situations connues.")
    masque: bool = Field(description="Dénominateur sous 20 : à ne pas publier.")
    mur: bool
    mur_le: date
    details: dict[str, int]
    quantiles: dict[str, int | None] | None
    serie: list[PointVue]
    arrete_a: datetime | None = Field(description="Le dernier événement lu, à son enregistrement.")
    evenements: str = Field(description="Où lire les événements derrière ce chiffre.")

    @classmethod
    def de(cls, chiffre: Chiffre) -> Self:
        total, cohorte = chiffre.total, chiffre.cohorte
        return cls(
            nom=chiffre.indicateur.nom,
            definition_version=chiffre.indicateur.version,
            libelle=chiffre.indicateur.libelle,
            unite=chiffre.indicateur.unite,
            definition=chiffre.indicateur.definition,
            debut=cohorte.debut,
            fin=cohorte.fin,
            axe=cohorte.axe,
            public=cohorte.public,
            **PointVue.de(total).model_dump(exclude={"mois"}),
            mur_le=chiffre.mur_le,
            details=chiffre.details,
            quantiles=chiffre.quantiles,
            serie=[PointVue.de(point) for point in chiffre.serie],
            arrete_a=chiffre.arrete_a,
            evenements=f"{router.prefix}/{chiffre.indicateur.nom}/evenements?{question(cohorte)}",
        )


class EvenementVue(BaseModel):
    """Une unité du dénominateur : l’événement qui l’y met, et celui qui la fait compter."""

    source: str
    id: str
    type: str
    survenu_le: datetime
    enregistre_le: datetime
    compte: bool
    inconnu: bool
    compte_par: dict[str, str] | None


def question(cohorte: Cohorte) -> str:
    """Ce qui, dans une adresse, redemande cette cohorte."""
    termes = {
        "debut": f"{cohorte.debut:%Y-%m}",
        "fin": f"{cohorte.fin:%Y-%m}",
        "axe": cohorte.axe,
        "public": cohorte.public,
    }
    return "&".join(f"{nom}={valeur}" for nom, valeur in termes.items() if valeur is not None)


@router.get("", summary="Tous les indicateurs")
async def indicateurs(cohorte: _Cohorte, _: _Lire, db: Database, now: Now) -> list[ChiffreVue]:
    """Les chiffres d’une cohorte. `numerateur` et `denominateur` sont donnés même masqués."""
    return [
        ChiffreVue.de(await queries.chiffre(db, indicateur, cohorte, now))
        for indicateur in INDICATEURS.values()
    ]


@router.get("/{nom}", summary="Un indicateur")
async def indicateur(nom: str, cohorte: _Cohorte, _: _Lire, db: Database, now: Now) -> ChiffreVue:
    """Un chiffre, sa série par mois, sa définition et l’instant où il s’arrête."""
    return ChiffreVue.de(await queries.chiffre(db, queries.trouver(nom), cohorte, now))


@router.get("/{nom}/evenements", summary="Les événements derrière un chiffre")
async def evenements(
    nom: str, cohorte: _Cohorte, _: _Lire, db: Database, now: Now
) -> list[EvenementVue]:
    """Une ligne par unité du dénominateur. Ni personne, ni parcours : des événements."""
    lignes = await queries.evenements(db, queries.trouver(nom), cohorte, now)
    return [
        EvenementVue(
            source=ligne.source,
            id=ligne.id,
            type=ligne.type,
            survenu_le=ligne.survenu_le,
            enregistre_le=ligne.enregistre_le,
            compte=ligne.compte,
            inconnu=ligne.inconnu,
            compte_par={"source": ligne.source_n, "id": ligne.id_n, "type": ligne.type_n}
            if ligne.id_n
            else None,
        )
        for ligne in lignes
    ]
