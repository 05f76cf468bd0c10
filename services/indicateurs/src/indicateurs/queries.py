"""Les chiffres, leur série par mois et les événements qui les font, à un instant donné."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indicateurs import domain, tables
from indicateurs.domain import INDICATEURS, Cohorte, Indicateur
from kit.clock import civil_date
from kit.errors import NotFound


class IndicateurInconnu(NotFound):
    """Cet indicateur n’est pas défini."""

    def __init__(self) -> None:
        super().__init__(f"Les indicateurs sont : {', '.join(INDICATEURS)}.")


@dataclass(frozen=True)
class Point:
    """Un mois de cohorte."""

    mois: date
    numerateur: int
    denominateur: int
    inconnus: int
    mur: bool

    @property
    def taux(self) -> float | None:
        return self.numerateur / self.denominateur if self.denominateur else None

    @property
    def borne_haute(self) -> float | None:
        """Le taux parmi les situations connues."""
        connus = self.denominateur - self.inconnus
        return self.numerateur / connus if connus else None

    @property
    def masque(self) -> bool:
        return self.denominateur < domain.SECRET


@dataclass(frozen=True)
class Chiffre:
    """Un indicateur sur une cohorte, et de quoi le juger."""

    indicateur: Indicateur
    cohorte: Cohorte
    total: Point
    serie: Sequence[Point]
    details: dict[str, int]
    mur_le: date
    arrete_a: datetime | None
    quantiles: dict[str, int | None] | None = None


@dataclass(frozen=True)
class Tableau:
    """Tout ce que le tableau de bord montre, lu d’un coup."""

    chiffres: dict[str, Chiffre]
    publics: Sequence[Any]
    aes: dict[date, int]
    arrete_a: datetime | None
    transmission: float | None


def trouver(nom: str) -> Indicateur:
    if nom not in INDICATEURS:
        raise IndicateurInconnu
    return INDICATEURS[nom]


async def chiffre(
    db: AsyncEngine, indicateur: Indicateur, cohorte: Cohorte, le: datetime
) -> Chiffre:
    """Le chiffre d’une cohorte ; `le` dit si elle est mûre."""
    async with tables.lecture(db) as tx:
        return await _chiffre(tx, indicateur, cohorte, le)


async def evenements(
    db: AsyncEngine, indicateur: Indicateur, cohorte: Cohorte, le: datetime
) -> Sequence[Any]:
    """Les événements derrière un chiffre, au dénominateur et au numérateur."""
    async with tables.lecture(db) as tx:
        return await tables.comptes.lire_evenements(tx, indicateur, cohorte, civil_date(le))


async def tableau(db: AsyncEngine, periode: Cohorte, le: datetime) -> Tableau:
    """Les chiffres d’une période, chacun sur la cohorte dont l’horizon y tombe."""
    async with tables.lecture(db) as tx:
        chiffres = {
            indicateur.nom: await _chiffre(tx, indicateur, reculer(periode, indicateur), le)
            for indicateur in INDICATEURS.values()
        }
        publics = await tables.comptes.lire_publics(tx, periode.debut, periode.fin)
        aes = await tables.comptes.lire_aes(tx, periode.fin.year)
        return Tableau(
            chiffres,
            publics,
            {ligne.mois: ligne.nombre for ligne in aes},
            await tables.lire_arret(tx),
            await tables.lire_delai_de_transmission(tx),
        )


def reculer(periode: Cohorte, indicateur: Indicateur) -> Cohorte:
    recul = -indicateur.horizon_mois
    debut = domain.mois_suivant(periode.debut, recul)
    fin = domain.mois_suivant(periode.fin, recul)
    return Cohorte(debut, fin, periode.axe, periode.public)


async def _chiffre(
    tx: AsyncConnection, indicateur: Indicateur, cohorte: Cohorte, le: datetime
) -> Chiffre:
    arret = civil_date(le)
    lignes = await tables.comptes.lire_comptes(tx, indicateur, cohorte, arret)
    mur_le = indicateur.mur_le(cohorte.fin)
    details: dict[str, int] = {}
    for ligne in lignes:
        if ligne.detail:
            details[ligne.detail] = details.get(ligne.detail, 0) + ligne.nombre
    serie = [
        _point(mois, [x for x in lignes if x.mois == mois], mur=indicateur.mur_le(mois) <= arret)
        for mois in sorted({ligne.mois for ligne in lignes})
    ]
    quantiles = None
    if indicateur == domain.DELAI_ENTRE_ETAPES:
        attentes = await tables.comptes.lire_attentes(tx, indicateur, cohorte, arret)
        parts = {"mediane": 0.5, "p75": 0.75, "p90": 0.9}
        quantiles = {nom: domain.quantile(attentes, part) for nom, part in parts.items()}
    return Chiffre(
        indicateur=indicateur,
        cohorte=cohorte,
        total=_point(cohorte.fin, lignes, mur=mur_le <= arret),
        serie=serie,
        details=details,
        mur_le=mur_le,
        arrete_a=await tables.lire_arret(tx),
        quantiles=quantiles,
    )


def _point(mois: date, lignes: Sequence[Any], *, mur: bool) -> Point:
    return Point(
        mois,
        sum(ligne.comptes for ligne in lignes),
        sum(ligne.nombre for ligne in lignes),
        sum(ligne.inconnus for ligne in lignes),
        mur,
    )
