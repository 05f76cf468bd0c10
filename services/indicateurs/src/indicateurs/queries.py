"""Les chiffres, leur série par mois et les événements qui les font, à un instant donné."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


EVOLUTIONS = (domain.ACCES_12M, domain.ABANDON, domain.CERTIFICATION, domain.EMPLOI_6M)


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
    mur_le: date
    arrete_a: datetime | None
    quantiles: Mapping[str, int | None] | None = None


@dataclass(frozen=True)
class Etat:
    """Ce qui est lu du journal ; rien encore, si `arrete_a` manque."""

    arrete_a: datetime | None
    evenements: int
    parcours: int
    transmission: timedelta | None


@dataclass(frozen=True)
class Tableau:
    """Tout ce que le tableau de bord montre, lu au même instant."""

    etat: Etat
    periode: Cohorte
    chiffres: Mapping[str, Chiffre]
    evolutions: Mapping[str, Chiffre]
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
    async with tables.lecture(db) as tx:
        return await _chiffre(tx, indicateur, cohorte, le)


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
    async with tables.lecture(db) as tx:
        arret = civil_date(le)
        lus = await tables.comptes.lire_evenements(
            tx, indicateur, cohorte, arret, apres=apres, limite=limite
        )
        return await _chiffre(tx, indicateur, cohorte, le), lus


async def tableau(db: AsyncEngine, periode: Cohorte, suite: date, le: datetime) -> Tableau:
    """Les chiffres d’une période, chacun sur la cohorte dont l’horizon y tombe.

    Les évolutions vont plus loin, jusqu’au mois `suite` : au-delà des mois mûrs.
    """
    annee = domain.annee(periode.fin.year)
    prolongee = Cohorte(periode.debut, suite, periode.axe, periode.public)
    async with tables.lecture(db) as tx:

        async def sur(cohorte: Cohorte, *indicateurs: Indicateur) -> dict[str, Chiffre]:
            return {
                indicateur.nom: await _chiffre(
                    tx, indicateur, cohorte.reculer(indicateur.horizon_mois), le
                )
                for indicateur in indicateurs
            }

        return Tableau(
            etat=Etat(**await tables.lire_etat(tx)),
            periode=periode,
            chiffres=await sur(periode, *INDICATEURS.values()),
            evolutions=await sur(prolongee, *EVOLUTIONS),
            annee={
                nom: domain.avancer(x.serie, cible(nom, annee.fin.year), civil_date(le))
                for nom, x in (await sur(annee, *domain.ENTREES)).items()
            },
            publics=_croiser(await tables.comptes.lire_publics(tx, periode)),
            types=Counter(await tables.comptes.lire_types(tx, periode)),
            motifs=_croiser(await tables.comptes.lire_motifs(tx, periode)),
        )


def cible(nom: str, annee: int) -> Cible | None:
    """Ce que le Pacte attend de cet indicateur, cette année."""
    axes = zip(_TRAJECTOIRE["parcours_axe1"], _TRAJECTOIRE["parcours_axe2"], strict=True)
    nombres = {
        domain.AES.nom: _TRAJECTOIRE["aes"],
        domain.PARCOURS_ENGAGES.nom: [sum(axe) for axe in axes],
    }[nom]
    return domain.cible(dict(zip(_TRAJECTOIRE["annees"], nombres, strict=True)), annee)


async def _chiffre(
    tx: AsyncConnection, indicateur: Indicateur, cohorte: Cohorte, le: datetime
) -> Chiffre:
    arret = civil_date(le)
    par_mois: dict[date, list[Any]] = {mois: [] for mois in domain.les_mois(cohorte)}
    for ligne in await tables.comptes.lire_comptes(tx, indicateur, cohorte, arret):
        par_mois[ligne.mois].append(ligne)
    serie = [
        _point(mois, lignes, mur=indicateur.mur_le(mois) <= arret)
        for mois, lignes in par_mois.items()
    ]
    quantiles = None
    if indicateur == domain.DELAI_ENTRE_ETAPES:
        attentes = await tables.comptes.lire_attentes(tx, indicateur, cohorte, arret)
        quantiles = {nom: domain.quantile(attentes, part) for nom, part in domain.QUANTILES.items()}
    return Chiffre(
        indicateur=indicateur,
        cohorte=cohorte,
        total=domain.reunir(serie),
        serie=serie,
        mur_le=indicateur.mur_le(cohorte.fin),
        arrete_a=await tables.lire_arret(tx),
        quantiles=quantiles,
    )


def _point(mois: date, lignes: Sequence[Any], *, mur: bool) -> Point:
    return Point(
        mois,
        mois,
        sum(ligne.comptes for ligne in lignes),
        sum(ligne.nombre for ligne in lignes),
        sum(ligne.inconnus for ligne in lignes),
        mur,
        {ligne.detail: ligne.nombre for ligne in lignes if ligne.detail},
    )


def _croiser(lignes: Sequence[Any]) -> Effectifs:
    effectifs: dict[str, Counter[str]] = {}
    for ligne in lignes:
        effectifs.setdefault(ligne.groupe, Counter())[ligne.case] = ligne.nombre
    return effectifs
