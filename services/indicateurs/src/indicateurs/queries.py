"""Les chiffres, leur série par mois et les événements qui les font, à un instant donné."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indicateurs import domain, tables
from indicateurs.domain import (
    INDICATEURS,
    Avancement,
    Cible,
    Cohorte,
    Effectifs,
    Indicateur,
    Point,
)
from kit.clock import civil_date
from kit.errors import NotFound

_TRAJECTOIRE = json.loads(files(__package__).joinpath("donnees/trajectoire.json").read_bytes())


class IndicateurInconnu(NotFound):
    """Cet indicateur n’est pas défini."""

    def __init__(self) -> None:
        super().__init__(f"Les indicateurs sont : {', '.join(INDICATEURS)}.")


@dataclass(frozen=True)
class Chiffre:
    """Un indicateur sur une cohorte, et de quoi le juger."""

    indicateur: Indicateur
    cohorte: Cohorte
    total: Point
    serie: Sequence[Point]  # every month of the cohort
    suite: Sequence[Point]  # the months after it that were asked for
    mur_le: date
    arrete_a: datetime | None
    quantiles: Mapping[str, int | None] | None = None

    @property
    def evolution(self) -> Sequence[Point]:
        return [*self.serie, *self.suite]


@dataclass(frozen=True)
class Etat:
    """Ce qui est lu du journal ; rien encore, si `arrete_a` manque."""

    arrete_a: datetime | None
    parcours: int
    transmission: timedelta | None


@dataclass(frozen=True)
class Tableau:
    """Tout ce que le tableau de bord montre, lu au même instant."""

    etat: Etat
    periode: Cohorte
    chiffres: Mapping[str, Chiffre]
    annee: Mapping[str, Avancement]  # the entries of a whole year, whoever enters
    publics: Effectifs
    types: Counter[str]  # the same entries by type of étape, whatever the public
    motifs: Effectifs


def trouver(nom: str) -> Indicateur:
    if nom not in INDICATEURS:
        raise IndicateurInconnu
    return INDICATEURS[nom]


async def chiffre(
    db: AsyncEngine, indicateur: Indicateur, cohorte: Cohorte, le: datetime
) -> Chiffre:
    """Le chiffre d’une cohorte ; `le` dit si elle est mûre."""
    async with _lire(db, le) as lecture:
        return await lecture.chiffre(indicateur, cohorte)


async def chiffres(db: AsyncEngine, cohorte: Cohorte, le: datetime) -> list[Chiffre]:
    """Tous ceux d’une cohorte, lus au même instant."""
    async with _lire(db, le) as lecture:
        return [await lecture.chiffre(indicateur, cohorte) for indicateur in INDICATEURS.values()]


async def evenements(  # noqa: PLR0913 - which ones, and from where to where
    db: AsyncEngine,
    indicateur: Indicateur,
    cohorte: Cohorte,
    le: datetime,
    *,
    apres: int = 0,
    limite: int | None = None,
) -> tuple[Chiffre, Sequence[Any]]:
    """Un chiffre et les événements derrière lui, au dénominateur et au numérateur."""
    async with _lire(db, le) as lecture:
        lus = await tables.comptes.lire_evenements(
            lecture.tx, indicateur, cohorte, lecture.arret, apres=apres, limite=limite
        )
        return await lecture.chiffre(indicateur, cohorte), lus


async def tableau(db: AsyncEngine, periode: Cohorte, suite: date, le: datetime) -> Tableau:
    """Les chiffres d’une période, chacun sur la cohorte dont l’horizon y tombe.

    Leur évolution va plus loin, jusqu’au mois `suite` : au-delà des mois mûrs.
    """
    annee = domain.annee(periode.fin.year)
    async with _lire(db, le) as lecture:
        entrees = await lecture.chiffres(annee, annee.fin, *domain.ENTREES)
        return Tableau(
            etat=Etat(**await tables.lire_etat(lecture.tx)),
            periode=periode,
            chiffres=await lecture.chiffres(periode, suite, *INDICATEURS.values()),
            annee={
                nom: domain.avancer(x.serie, cible(nom, annee.fin.year), lecture.arret)
                for nom, x in entrees.items()
            },
            publics=_croiser(await tables.comptes.lire_publics(lecture.tx, periode)),
            types=Counter(await tables.comptes.lire_types(lecture.tx, periode)),
            motifs=_croiser(await tables.comptes.lire_motifs(lecture.tx, periode)),
        )


def cible(nom: str, annee: int) -> Cible | None:
    """Ce que le Pacte attend de cet indicateur, cette année."""
    axes = zip(_TRAJECTOIRE["parcours_axe1"], _TRAJECTOIRE["parcours_axe2"], strict=True)
    nombres = {
        domain.AES.nom: _TRAJECTOIRE["aes"],
        domain.PARCOURS_ENGAGES.nom: [sum(axe) for axe in axes],
    }[nom]
    return domain.cible(dict(zip(_TRAJECTOIRE["annees"], nombres, strict=True)), annee)


@asynccontextmanager
async def _lire(db: AsyncEngine, le: datetime) -> AsyncIterator["_Lecture"]:
    async with tables.lecture(db) as tx:
        yield _Lecture(tx, civil_date(le), await tables.lire_arret(tx))


@dataclass(frozen=True)
class _Lecture:
    """La base à un instant, vue un jour donné."""

    tx: AsyncConnection
    arret: date
    arrete_a: datetime | None

    async def chiffres(
        self, periode: Cohorte, suite: date, *indicateurs: Indicateur
    ) -> dict[str, Chiffre]:
        """Chacun sur la cohorte dont l’horizon tombe dans la période."""
        return {
            indicateur.nom: await self.chiffre(
                indicateur,
                periode.reculer(indicateur.horizon_mois),
                domain.mois_suivant(suite, -indicateur.horizon_mois),
            )
            for indicateur in indicateurs
        }

    async def chiffre(
        self, indicateur: Indicateur, cohorte: Cohorte, suite: date | None = None
    ) -> Chiffre:
        prolongee = replace(cohorte, fin=suite or cohorte.fin)
        par_mois: dict[date, list[Any]] = {mois: [] for mois in domain.les_mois(prolongee)}
        comptes = await tables.comptes.lire_comptes(self.tx, indicateur, prolongee, self.arret)
        for ligne in comptes:
            par_mois[ligne.mois].append(ligne)
        points = [
            _point(mois, lignes, mur=indicateur.mur_le(mois) <= self.arret)
            for mois, lignes in par_mois.items()
        ]
        serie = [point for point in points if point.fin <= cohorte.fin]
        attend = indicateur == domain.DELAI_ENTRE_ETAPES
        return Chiffre(
            indicateur=indicateur,
            cohorte=cohorte,
            total=domain.reunir(serie),
            serie=serie,
            suite=points[len(serie) :],
            mur_le=indicateur.mur_le(cohorte.fin),
            arrete_a=self.arrete_a,
            quantiles=_quantiles(comptes, cohorte) if attend else None,
        )


def _point(mois: date, lignes: Sequence[Any], *, mur: bool) -> Point:
    details: Counter[str] = Counter()
    for ligne in lignes:
        if ligne.detail:
            details[ligne.detail] += ligne.nombre
    return Point(
        mois,
        mois,
        sum(ligne.comptes for ligne in lignes),
        sum(ligne.nombre for ligne in lignes),
        sum(ligne.inconnus for ligne in lignes),
        mur,
        details,
    )


def _quantiles(lignes: Sequence[Any], cohorte: Cohorte) -> dict[str, int | None]:
    attentes: Counter[tuple[int, bool]] = Counter()
    for ligne in lignes:
        if ligne.mois <= cohorte.fin:
            attentes[ligne.jours, ligne.finie] += ligne.nombre
    return {nom: domain.quantile(attentes, part) for nom, part in domain.QUANTILES.items()}


def _croiser(lignes: Sequence[Any]) -> Effectifs:
    effectifs: dict[str, Counter[str]] = {}
    for ligne in lignes:
        effectifs.setdefault(ligne.groupe, Counter())[ligne.case] = ligne.nombre
    return effectifs
