"""Ce que l’on peut demander au comité passerelle. Une commande, une transaction."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contracts.commande import Acte
from contracts.passerelle import PasserelleDecisionRendue, PasserelleSaisineDeposee
from kit import confidential, erasure, log
from passerelle import domain, tables
from passerelle.domain import Decider, DecisionRendue, ParcoursEfface, Saisine, Saisir


async def saisir(db: AsyncEngine, demande: Saisir, acte: Acte) -> PasserelleSaisineDeposee:
    """Saisir le comité. Le bilan reste ici : l’événement dit qu’il existe."""
    async with db.begin() as tx:
        evenement = domain.saisir(demande, acte).separer()
        await _refuser_si_efface(tx, demande.parcours_id)
        saisine = Saisine(
            id=acte.id,
            parcours_id=demande.parcours_id,
            etape_id=demande.etape_id,
            deposant=acte.organisation,
            comite=demande.comite.urn,
            etape_visee=demande.etape_visee,
            attestation=demande.attestation,
            urgence=demande.urgence,
            deposee_le=acte.le,
        )
        await tables.noter_saisine(tx, saisine)
        textes = evenement.a_part
        await confidential.store(tx, evenement.source, evenement.id, textes, evenement.subject)
        await log.append(tx, evenement)
    return evenement


async def decider(
    db: AsyncEngine, saisine_id: UUID, demande: Decider, acte: Acte
) -> PasserelleDecisionRendue:
    """Rendre la décision du comité, une fois. Sa motivation reste ici."""
    async with db.begin() as tx:
        saisine = await tables.reserver_saisine(tx, saisine_id)
        deja = await tables.lire_decision(tx, saisine_id)
        evenement = domain.decider(saisine, deja, demande, acte).separer()
        await _refuser_si_efface(tx, saisine.parcours_id)
        formateur = demande.organisme_formateur
        rendue = DecisionRendue(
            id=acte.id,
            saisine_id=saisine_id,
            decision=demande.decision,
            conditions=demande.conditions,
            mise_en_oeuvre_le=demande.mise_en_oeuvre_le,
            presents=demande.quorum.presents,
            membres=demande.quorum.membres,
            organismes=tuple(membre.urn for membre in demande.membres),
            organisme_formateur=formateur.urn if formateur else None,
            alternative=demande.alternative,
            rendue_le=acte.le,
        )
        await tables.noter_decision(tx, rendue)
        textes = evenement.a_part
        await confidential.store(tx, evenement.source, evenement.id, textes, evenement.subject)
        await log.append(tx, evenement)
    return evenement


async def _refuser_si_efface(tx: AsyncConnection, parcours_id: UUID) -> None:
    if efface_le := await erasure.erased_at(tx, parcours_id):
        raise ParcoursEfface(efface_le)
