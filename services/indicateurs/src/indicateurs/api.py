"""La porte HTTP des chiffres : chacun avec son numérateur, son dénominateur et ses événements."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Self

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from contracts.listes import PublicCible
from indicateurs import queries
from indicateurs.domain import (
    DOUZE_MOIS,
    Axe,
    Cohorte,
    Point,
    mois_de,
    mois_ecrit,
    mois_suivant,
)
from indicateurs.queries import Chiffre
from kit.access import Caller, authorized
from kit.clock import Now, civil_date
from kit.db import Database
from kit.http import Router

router = Router(prefix="/v1/indicateurs", tags=["indicateurs"])

_Lire = Annotated[Caller, authorized("indicateurs:lire")]


def cohorte(
    now: Now,
    *,
    debut: Annotated[str | None, Query(description="Premier mois : `2026-03`.")] = None,
    fin: Annotated[str | None, Query(description="Dernier mois, compris.")] = None,
    axe: Annotated[Axe | None, Query()] = None,
    public: Annotated[PublicCible | None, Query()] = None,
) -> Cohorte:
    """Les douze derniers mois, si rien n’est dit."""
    dernier = mois_ecrit(fin, "fin") if fin else mois_de(civil_date(now))
    premier = mois_ecrit(debut, "debut") if debut else mois_suivant(dernier, 1 - DOUZE_MOIS)
    return Cohorte(premier, dernier, axe, public)


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
            mois=point.debut,
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
    inconnu: str | None = Field(description="Ce qui met une unité parmi les inconnus.")
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
    details: Mapping[str, int]
    quantiles: Mapping[str, int | None] | None
    serie: list[PointVue]
    arrete_a: datetime | None = Field(description="Le dernier événement lu, à son enregistrement.")
    evenements: str = Field(description="Où lire les événements derrière ce chiffre.")

    @classmethod
    def de(cls, chiffre: Chiffre) -> Self:
        indicateur, total, cohorte = chiffre.indicateur, chiffre.total, chiffre.cohorte
        return cls(
            nom=indicateur.nom,
            definition_version=indicateur.version,
            libelle=indicateur.libelle,
            unite=indicateur.unite,
            definition=indicateur.definition,
            inconnu=indicateur.inconnu,
            debut=cohorte.debut,
            fin=cohorte.fin,
            axe=cohorte.axe,
            public=cohorte.public,
            **PointVue.de(total).model_dump(exclude={"mois"}),
            mur_le=chiffre.mur_le,
            details=total.details,
            quantiles=chiffre.quantiles,
            serie=[PointVue.de(point) for point in chiffre.serie],
            arrete_a=chiffre.arrete_a,
            evenements=f"{router.prefix}/{indicateur.nom}/evenements?{cohorte.question}",
        )


class EvenementVue(BaseModel):
    """Une unité du dénominateur : l’événement qui l’y met, et celui qui la fait compter."""

    source: str
    id: str
    type: str
    retenu_le: date = Field(description="Le jour qui compte, corrections comprises.")
    survenu_le: datetime = Field(description="Tel que dit la première fois.")
    enregistre_le: datetime
    compte: bool
    inconnu: bool
    jours: int | None = Field(description="D’un délai : combien de jours l’on a attendu.")
    finie: bool | None = Field(description="D’un délai : si l’attente est finie.")
    compte_par: dict[str, str] | None

    @classmethod
    def de(cls, ligne: Any) -> Self:  # noqa: ANN401 - a row of the database
        compte_par = {"source": ligne.source_n, "id": ligne.id_n, "type": ligne.type_n}
        return cls(
            source=ligne.source,
            id=ligne.id,
            type=ligne.type,
            retenu_le=ligne.le,
            survenu_le=ligne.survenu_le,
            enregistre_le=ligne.enregistre_le,
            compte=ligne.compte,
            inconnu=ligne.inconnu,
            jours=ligne.jours,
            finie=ligne.finie,
            compte_par=compte_par if ligne.id_n else None,
        )


@router.get("", summary="Tous les indicateurs")
async def indicateurs(cohorte: _Cohorte, _: _Lire, db: Database, now: Now) -> list[ChiffreVue]:
    """Les chiffres d’une cohorte. `numerateur` et `denominateur` sont donnés même masqués."""
    return [ChiffreVue.de(chiffre) for chiffre in await queries.chiffres(db, cohorte, now)]


@router.get("/{nom}", summary="Un indicateur")
async def indicateur(nom: str, cohorte: _Cohorte, _: _Lire, db: Database, now: Now) -> ChiffreVue:
    """Un chiffre, sa série par mois, sa définition et l’instant où il s’arrête."""
    return ChiffreVue.de(await queries.chiffre(db, queries.trouver(nom), cohorte, now))


@router.get("/{nom}/evenements", summary="Les événements derrière un chiffre")
async def evenements(
    nom: str, cohorte: _Cohorte, _: _Lire, db: Database, now: Now
) -> list[EvenementVue]:
    """Une ligne par unité du dénominateur. Ni personne, ni parcours : des événements."""
    _chiffre, lignes = await queries.evenements(db, queries.trouver(nom), cohorte, now)
    return [EvenementVue.de(ligne) for ligne in lignes]
