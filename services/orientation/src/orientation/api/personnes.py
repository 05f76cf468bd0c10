"""La personne : la déclarer, dire ses numéros, la lire, l’effacer."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from pydantic import Field

from contracts.base import BeneficiaireRef, Valeur
from contracts.commande import Recu
from kit.access import Caller, TheAccess, authorized
from kit.clock import Now
from kit.db import Database
from kit.http import Router, ServiceOnly
from kit.ids import uuid7
from kit.secrets import Fingerprint
from orientation import commands, queries
from orientation.api.auteurs import Auteur, acte_de, habiliter
from orientation.domain import (
    Declaration,
    Effacement,
)

router = Router(prefix="/v1", tags=["orientation"])
interne = Router(prefix="/interne")


def _empreinte(request: Request) -> Fingerprint:
    empreinte: Fingerprint = request.app.state.empreinte
    return empreinte


TheEmpreinte = Annotated[Fingerprint, Depends(_empreinte)]


class ARapprocher(Valeur):
    personnes: tuple[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")], ...]


class BeneficiaireDeclare(Valeur):
    beneficiaire_id: UUID


@router.post("/beneficiaires", status_code=201, summary="Déclarer une personne")
async def declarer(
    declaration: Declaration, auteur: Auteur, db: Database, now: Now, empreinte: TheEmpreinte
) -> BeneficiaireDeclare:
    """Le nom reste ici : aucun événement ne le porte. De ses numéros, seule l’empreinte."""
    habiliter(auteur, "beneficiaire")
    beneficiaire_id, organisation = uuid7(), auteur.organisation.source
    await commands.declarer(
        db, beneficiaire_id, declaration, organisation=organisation, le=now, empreinte=empreinte
    )
    return BeneficiaireDeclare(beneficiaire_id=beneficiaire_id)


@router.post(
    "/beneficiaires/{beneficiaire_id}/identifiants",
    status_code=201,
    summary="Dire le numéro d’une personne dans un autre système",
)
async def identifier(  # noqa: PLR0913 - who says it, of whom, when
    beneficiaire_id: UUID,
    numero: BeneficiaireRef,
    *,
    auteur: Auteur,
    db: Database,
    now: Now,
    empreinte: TheEmpreinte,
) -> BeneficiaireDeclare:
    """Les faits qui attendaient ce numéro rejoignent alors son parcours."""
    habiliter(auteur, "beneficiaire")
    organisation = auteur.organisation.source
    await commands.identifier(
        db, beneficiaire_id, numero, organisation=organisation, le=now, empreinte=empreinte
    )
    return BeneficiaireDeclare(beneficiaire_id=beneficiaire_id)


@router.get("/beneficiaires/{beneficiaire_id}", summary="Lire l’identité d’une personne")
async def beneficiaire(
    beneficiaire_id: UUID,
    lecteur: Annotated[Caller, authorized("personnes:lire")],
    db: Database,
    access: TheAccess,
    now: Now,
) -> queries.BeneficiaireVu:
    """Pour la structure qui l’a déclarée ; la lecture est notée."""
    personne = await queries.beneficiaire(db, beneficiaire_id, lecteur.organisation.source)
    await access.record_reading(lecteur, "beneficiaire", beneficiaire_id, now)
    return personne


@router.post(
    "/beneficiaires/{beneficiaire_id}/effacement", status_code=201, summary="Effacer une personne"
)
async def effacer(
    beneficiaire_id: UUID, effacement: Effacement, auteur: Auteur, db: Database, now: Now
) -> Recu:
    """Son identité et ses confidences, partout et pour toujours ; à la structure qui l’a déclarée.

    Le journal reste, sans rien qui la nomme ni qu’elle ait confié. Ses parcours ne se lisent plus
    et n’acceptent plus rien (410 `PARCOURS_EFFACE`).
    """
    acte = acte_de(auteur, "beneficiaire", effacement, now)
    return Recu.de(await commands.effacer(db, beneficiaire_id, effacement, acte))


@interne.get(
    "/beneficiaires/{beneficiaire_id}", include_in_schema=False, dependencies=[ServiceOnly]
)
async def nom(beneficiaire_id: UUID, db: Database) -> queries.NomVu:
    """Le nom à montrer ; le service qui demande a vérifié qui le verra, et le note."""
    return await queries.nom(db, beneficiaire_id)


@interne.post("/rapprochements", include_in_schema=False, dependencies=[ServiceOnly])
async def rapprocher(demande: ARapprocher, db: Database) -> dict[str, tuple[UUID, ...]]:
    """Les parcours de qui a ces numéros, donnés et rendus par leurs empreintes."""
    trouves = await queries.rapprocher(db, map(bytes.fromhex, demande.personnes))
    return {personne.hex(): parcours for personne, parcours in trouves.items()}
