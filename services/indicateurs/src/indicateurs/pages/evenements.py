"""Les événements derrière un chiffre, sans personne ni parcours."""

from math import ceil
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request
from fastapi.responses import Response

from contracts.catalogue import PAR_TYPE
from indicateurs import queries
from indicateurs.domain import Cohorte, Indicateur
from indicateurs.pages.demande import DeLaRegion, LaDemande
from indicateurs.pages.rendu import rendre
from indicateurs.pages.tableur import tableur
from kit.access import TheAccess
from kit.clock import Now
from kit.db import Database
from kit.http import Router
from kit.ids import named_uuid

router = Router(prefix="/indicateurs/{nom}")

PAR_PAGE: Final = 100


class Ligne:
    """Un événement tel qu’on le montre : ce qu’il dit, quand, par qui, et s’il compte."""

    def __init__(self, lue: Any, noms: dict[Any, str]) -> None:  # noqa: ANN401 - a row
        self.evenement = PAR_TYPE[lue.type].libelle
        self.le = lue.le
        self.emetteur = _emetteur(lue.organisation, noms)
        self.compte = "compte" if lue.compte else "inconnu" if lue.inconnu else "ne compte pas"
        autre = lue.id_n and (lue.source_n, lue.id_n) != (lue.source, lue.id)
        self.par = PAR_TYPE[lue.type_n].libelle if autre else None
        self.par_le = lue.le_n if autre else None
        self.jours, self.finie = lue.jours, lue.finie


def _recherche(nom: str, demande: LaDemande, _: DeLaRegion) -> tuple[Indicateur, Cohorte]:
    """Les mois demandés sont ceux de la cohorte ; sinon, celle du tableau de bord."""
    indicateur, periode = queries.trouver(nom), demande.periode
    return indicateur, periode if demande.precise else periode.reculer(indicateur.horizon_mois)


_Recherche = Annotated[tuple[Indicateur, Cohorte], Depends(_recherche)]
_Page = Annotated[int, Query(ge=1, le=100_000)]


@router.get("/evenements", include_in_schema=False)
async def evenements(  # noqa: PLR0913 - what the page is made of
    request: Request,
    recherche: _Recherche,
    *,
    db: Database,
    access: TheAccess,
    now: Now,
    page: _Page = 1,
) -> Response:
    """Par pages de cent, du plus ancien au plus récent."""
    apres = (page - 1) * PAR_PAGE
    chiffre, lues = await queries.evenements(db, *recherche, now, apres=apres, limite=PAR_PAGE)
    noms = await _noms(access, lues)
    return rendre(
        request,
        "evenements.html",
        chiffre=chiffre,
        lignes=[Ligne(lue, noms) for lue in lues],
        page=page,
        pages=ceil(chiffre.total.denominateur / PAR_PAGE),
        avec_attente=chiffre.quantiles is not None,
    )


@router.get("/evenements.csv", include_in_schema=False)
async def telecharger(recherche: _Recherche, db: Database, access: TheAccess, now: Now) -> Response:
    """Les mêmes, tous."""
    chiffre, lues = await queries.evenements(db, *recherche, now)
    noms = await _noms(access, lues)
    entetes = ("evenement", "le", "emetteur", "compte", "par", "par_le", "jours", "finie")
    lignes = [vars(Ligne(lue, noms)) for lue in lues]
    return tableur(
        f"evenements-{chiffre.indicateur.nom}",
        entetes,
        [[ligne[entete] for entete in entetes] for ligne in lignes],
    )


async def _noms(access: TheAccess, lues: Any) -> dict[Any, str]:  # noqa: ANN401 - rows
    emetteurs = {named_uuid(lue.organisation) for lue in lues if lue.organisation}
    return await access.directory(emetteurs)


def _emetteur(organisation: str | None, noms: dict[Any, str]) -> str:
    if organisation is None:
        return "la plateforme"
    return noms.get(named_uuid(organisation)) or f"SIRET {organisation.rpartition(':')[2]}"
