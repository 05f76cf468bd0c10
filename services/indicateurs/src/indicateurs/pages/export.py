"""Les valeurs du tableau de bord, à télécharger : les mêmes, tues là où il les tait."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends
from fastapi.responses import Response

from contracts.listes import MotifAbandon, PublicCible, Qualification, TypeEtape
from contracts.listes.base import Liste
from indicateurs import domain, queries
from indicateurs.domain import Effectifs, Point
from indicateurs.pages.demande import LaDemande
from indicateurs.pages.phrases import libelle
from indicateurs.pages.tableur import TU, tableur
from indicateurs.queries import Chiffre, Tableau
from kit.clock import Now
from kit.db import Database
from kit.http import Router

router = Router()

_COMPTES = ("numerateur", "denominateur", "inconnus", "taux", "borne_haute", "maturite")


async def _lire(demande: LaDemande, db: Database, now: Now) -> Tableau:
    return await queries.tableau(db, demande.periode, demande.suite, now)


_Tableau = Annotated[Tableau, Depends(_lire)]


@router.get("/tableau-de-bord.csv", include_in_schema=False)
async def tableau_de_bord(tableau: _Tableau) -> Response:
    """Tous les indicateurs de la période."""
    entetes = (
        *("indicateur", "version", "libelle", "unite", "debut", "fin", "axe", "public"),
        *(*_COMPTES, "mur_le", *domain.QUANTILES, "arrete_a"),
    )
    return tableur("tableau-de-bord", entetes, map(_un_chiffre, tableau.chiffres.values()))


@router.get("/indicateurs/{nom}/evolution.csv", include_in_schema=False)
async def evolution(nom: str, tableau: _Tableau) -> Response:
    """Les points d’une courbe."""
    indicateur = queries.trouver(nom)
    _, points = domain.mailler(tableau.chiffres[indicateur.nom].evolution)
    tus = domain.tus(points)
    entetes = ("debut", "fin", *_COMPTES)
    lignes = [
        (point.debut, point.fin, *_comptes(point, tu=tu))
        for point, tu in zip(points, tus, strict=True)
    ]
    return tableur(f"evolution-{nom}", entetes, lignes)


@router.get("/publics.csv", include_in_schema=False)
async def publics(tableau: _Tableau) -> Response:
    """Les entrées par public et par type d’étape."""
    types = [code.value for code in TypeEtape]
    return _croisement("publics", PublicCible, types, tableau.publics, exclusifs=False)


@router.get("/motifs.csv", include_in_schema=False)
async def motifs(tableau: _Tableau) -> Response:
    """Les abandons par motif et par qualification."""
    qualifications = [code.value for code in Qualification]
    return _croisement("motifs", MotifAbandon, qualifications, tableau.motifs, exclusifs=True)


@router.get("/trajectoire.csv", include_in_schema=False)
async def trajectoire(tableau: _Tableau) -> Response:
    """L’année en cours de période, cumulée, et ses cibles."""
    entetes = ["fin_de_mois"]
    colonnes: list[Sequence[object]] = []
    mois = list(domain.les_mois(domain.annee(tableau.periode.fin.year)))
    for nom, annee in tableau.annee.items():
        entetes += [nom, f"cible_{nom}"]
        visible = domain.se_publie(annee.entrees)
        cumul = [*annee.cumul, *[None] * (len(mois) - len(annee.cumul))]
        colonnes.append([n if visible or n is None else TU for n in cumul])
        colonnes.append([annee.cible and annee.cible.au_mois(n + 1) for n in range(len(mois))])
    return tableur("trajectoire", entetes, zip(mois, *colonnes, strict=True))


def _un_chiffre(chiffre: Chiffre) -> Sequence[object]:
    indicateur, cohorte, total = chiffre.indicateur, chiffre.cohorte, chiffre.total
    quantiles = chiffre.quantiles or {}
    return (
        *(indicateur.nom, indicateur.version, indicateur.libelle, indicateur.unite),
        *(cohorte.debut, cohorte.fin, cohorte.axe, cohorte.public),
        *_comptes(total, tu=total.masque),
        chiffre.mur_le,
        *(TU if quantiles and total.masque else quantiles.get(nom) for nom in domain.QUANTILES),
        chiffre.arrete_a,
    )


def _comptes(point: Point, *, tu: bool) -> Sequence[object]:
    maturite = "mûr" if point.mur else "provisoire"
    if tu:
        return (*[TU] * (len(_COMPTES) - 1), maturite)
    return (
        *(point.numerateur, point.denominateur, point.inconnus, point.taux, point.borne_haute),
        maturite,
    )


def _croisement(
    nom: str,
    groupes: type[Liste],
    cases: Sequence[str],
    effectifs: Effectifs,
    *,
    exclusifs: bool,
) -> Response:
    rangees = domain.publier(effectifs, cases, exclusifs=exclusifs)
    lignes = [
        (
            libelle(groupes, rangee.groupe),
            *(TU if n is None else n for n in (*rangee.cases, rangee.somme)),
        )
        for rangee in rangees
    ]
    return tableur(nom, [nom, *map(str.lower, cases), "ensemble"], lignes)
