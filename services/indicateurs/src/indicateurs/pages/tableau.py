"""Le tableau de bord : où en sont les parcours de la région."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from contracts.listes import MotifAbandon, PublicCible, Qualification, TypeEtape
from contracts.listes.base import Liste
from indicateurs import domain, queries
from indicateurs.domain import Rangee
from indicateurs.pages import courbes
from indicateurs.pages.demande import LaDemande
from indicateurs.pages.phrases import libelle
from indicateurs.pages.rendu import rendre
from indicateurs.queries import Tableau
from kit.clock import Now
from kit.db import Database
from kit.http import Router
from kit.pages import filters
from kit.pages.charts import MASKED, Column

router = Router()

_ENSEMBLE = "Toutes les entrées"
# The shorter horizons are in the export and in the API.
_MONTRES = [i for i in domain.INDICATEURS.values() if i not in {domain.ACCES_3M, domain.ACCES_6M}]


@dataclass(frozen=True)
class Croisement:
    """Un tableau d’effectifs, prêt à être montré."""

    colonnes: Sequence[Column]
    rangees: Sequence[Sequence[Any]]
    pied: Sequence[Any] = ()


@router.get("/", include_in_schema=False)
async def tableau_de_bord(request: Request, demande: LaDemande, db: Database, now: Now) -> Response:
    """Tout le monde lit ce que la région publie ; elle seule y cherche."""
    lu = await queries.tableau(db, demande.periode, demande.suite, now)
    if lu.etat.arrete_a is None:
        return rendre(request, "vide.html", indicateurs=_MONTRES)
    return rendre(
        request,
        "tableau_de_bord.html",
        tableau=lu,
        demande=demande,
        indicateurs=_MONTRES,
        publics=[("", "Tous les publics"), *((p.value, p.libelle) for p in PublicCible)],
        evolutions=[courbes.evolution(lu.chiffres[i.nom]) for i in courbes.EVOLUTIONS],
        trajectoires=[
            (indicateur, annee, courbes.trajectoire(indicateur, annee))
            for indicateur, annee in zip(domain.ENTREES, lu.annee.values(), strict=True)
        ],
        croisement=publics(lu),
        motifs=motifs(lu),
    )


def publics(tableau: Tableau) -> Croisement:
    """Les entrées par public et par type, avec la part de chaque public."""
    types = _presentes(TypeEtape, tableau.types)
    ensemble = Rangee.de(_ENSEMBLE, tableau.types, types)

    def part(rangee: Rangee) -> str:
        if rangee.somme is None or ensemble.somme is None:
            return MASKED
        return filters.percent(rangee.somme / ensemble.somme)

    return Croisement(
        colonnes=[
            Column("Public, à l’ouverture du parcours", numeric=False),
            *(Column(libelle(TypeEtape, nom)) for nom in types),
            Column("Entrées"),
            Column("Part"),
        ],
        rangees=[
            [*_ecrire(rangee, libelle(PublicCible, rangee.groupe)), part(rangee)]
            for rangee in domain.publier(tableau.publics, types, exclusifs=False)
        ],
        pied=[*_ecrire(ensemble, _ENSEMBLE), part(ensemble)],
    )


def motifs(tableau: Tableau) -> Croisement:
    """Les abandons par motif et par qualification, comme le Pacte les lit."""
    toutes: Counter[str] = sum(tableau.motifs.values(), Counter())
    qualifications = _presentes(Qualification, toutes)
    return Croisement(
        colonnes=[
            Column("Motif", numeric=False),
            *(Column(libelle(Qualification, nom)) for nom in qualifications),
            Column("Abandons"),
        ],
        rangees=[
            _ecrire(rangee, libelle(MotifAbandon, rangee.groupe))
            for rangee in domain.publier(tableau.motifs, qualifications, exclusifs=True)
        ],
    )


def _presentes(liste: type[Liste], effectifs: Counter[str]) -> list[str]:
    return [code.value for code in liste if effectifs[code.value]]


def _ecrire(rangee: Rangee, nom: str) -> list[Any]:
    nombres = [*rangee.cases, rangee.somme]
    return [nom, *(MASKED if n is None else filters.number(n) for n in nombres)]
