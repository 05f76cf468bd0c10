"""S’abonner aux événements des parcours que l’on peut lire, et voir ce qui a été envoyé."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kit.access import Caller, authorized
from kit.clock import Now
from kit.db import Database
from kit.http import Router
from kit.observability import current_traceparent
from suivi import queries
from suivi.commands.abonner import Abonnes
from suivi.queries.abonnements import AbonnementVue, EnvoiVue, TentativeVue

router = Router(prefix="/v1/abonnements", tags=["abonnements"])

_Gerer = Annotated[Caller, authorized("abonnements:gerer")]


async def _abonnes(request: Request) -> Abonnes:
    abonnes: Abonnes = request.app.state.abonnes
    return abonnes


_Abonnes = Annotated[Abonnes, Depends(_abonnes)]


class AbonnementDemande(BaseModel):
    """Où envoyer, et quoi : tous les types si rien n’est dit."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(max_length=2000)]
    types: Annotated[list[str], Field(min_length=1, max_length=100)] | None = None


class AbonnementCree(BaseModel):
    """Le nouvel abonnement ; son secret ne sera plus montré."""

    abonnement_id: UUID
    secret: str


class EssaiEnvoye(BaseModel):
    """Un message d’essai va partir ; le retrouver dans la liste des envois."""

    envoi_id: str


@router.post("", status_code=201, summary="S’abonner")
async def abonner(
    demande: AbonnementDemande, caller: _Gerer, abonnes: _Abonnes, now: Now
) -> AbonnementCree:
    """Un abonnement par organisation. Les messages sont minces et signés (Standard Webhooks)."""
    abonnement_id, secret = await abonnes.abonner(
        caller.organisation, demande.url, demande.types, now
    )
    return AbonnementCree(abonnement_id=abonnement_id, secret=secret)


@router.get("", summary="L’abonnement de son organisation")
async def abonnements(caller: _Gerer, db: Database) -> list[AbonnementVue]:
    abonnement = await queries.abonnements.abonnement(db, caller.organisation.id)
    return [abonnement] if abonnement else []


@router.delete("/{abonnement_id}", status_code=204, summary="Se désabonner")
async def retirer(abonnement_id: UUID, caller: _Gerer, abonnes: _Abonnes) -> Response:
    """L’abonnement et la liste de ses envois sont retirés."""
    await abonnes.retirer(caller.organisation, abonnement_id)
    return Response(status_code=204)


@router.post("/{abonnement_id}/essai", status_code=202, summary="Envoyer un message d’essai")
async def essayer(abonnement_id: UUID, caller: _Gerer, abonnes: _Abonnes, now: Now) -> EssaiEnvoye:
    """Un vrai message signé, qui ne parle de personne."""
    envoi_id = await abonnes.essayer(caller.organisation, abonnement_id, now, current_traceparent())
    return EssaiEnvoye(envoi_id=envoi_id)


@router.get("/{abonnement_id}/envois", summary="Ce qui a été envoyé")
async def envois(abonnement_id: UUID, caller: _Gerer, db: Database) -> list[EnvoiVue]:
    """Les cent derniers, le plus récent d’abord."""
    return await queries.abonnements.envois(db, caller.organisation.id, abonnement_id)


@router.get("/{abonnement_id}/envois/{envoi_id}/tentatives", summary="Les tentatives d’un envoi")
async def tentatives(
    abonnement_id: UUID, envoi_id: str, caller: _Gerer, db: Database
) -> list[TentativeVue]:
    return await queries.abonnements.tentatives(db, caller.organisation.id, abonnement_id, envoi_id)
