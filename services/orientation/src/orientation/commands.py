"""Ce que l’on peut demander à l’orientation. Une commande, une transaction."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contracts.base import BeneficiaireRef
from contracts.beneficiaire import BeneficiaireEfface
from contracts.commande import Acte
from contracts.orientation import OrientationPrononcee
from contracts.parcours import ParcoursOuvert
from contracts.positionnement import (
    PositionnementAvisFavorable,
    PositionnementDemande,
    PositionnementRefusArgumente,
)
from kit import confidential, erasure, log
from orientation import domain, tables
from orientation.domain import (
    Accord,
    Declaration,
    Effacement,
    Etape,
    Identite,
    Ouverture,
    Parcours,
    ParcoursEfface,
    Placement,
    Positionnement,
    Prescription,
    Publication,
    Refus,
    Statut,
)

Empreinte = Callable[[bytes], bytes]


async def declarer(  # noqa: PLR0913 - who, by whom, when, and how her numbers are hidden
    db: AsyncEngine,
    beneficiaire_id: UUID,
    declaration: Declaration,
    *,
    organisation: str,
    le: datetime,
    empreinte: Empreinte,
) -> None:
    """Écrire qui est la personne. Rien n’en sort par un événement."""
    identite = Identite.model_validate(declaration.model_dump(exclude={"identifiants"}))
    personnes = {empreinte(n.cle): n.systeme for n in declaration.identifiants}
    async with db.begin() as tx:
        await tables.noter_beneficiaire(tx, beneficiaire_id, identite, organisation, le)
        await tables.noter_identifiants(tx, beneficiaire_id, personnes, le)


async def identifier(  # noqa: PLR0913 - who, by whom, when, and how her number is hidden
    db: AsyncEngine,
    beneficiaire_id: UUID,
    numero: BeneficiaireRef,
    *,
    organisation: str,
    le: datetime,
    empreinte: Empreinte,
) -> None:
    """Retenir un numéro de la personne, pour la structure qui l’a déclarée."""
    async with db.begin() as tx:
        beneficiaire = await tables.reserver_beneficiaire(tx, beneficiaire_id, partage=True)
        domain.connaitre(beneficiaire, organisation)
        personnes = {empreinte(numero.cle): numero.systeme}
        await tables.noter_identifiants(tx, beneficiaire_id, personnes, le)


async def effacer(
    db: AsyncEngine, beneficiaire_id: UUID, effacement: Effacement, acte: Acte
) -> BeneficiaireEfface:
    """Effacer la personne ici, et l’annoncer à qui garde quelque chose d’elle."""
    async with db.begin() as tx:
        beneficiaire = await tables.reserver_beneficiaire(tx, beneficiaire_id)
        parcours = await tables.lire_parcours_de(tx, beneficiaire_id)
        evenement = domain.effacer(beneficiaire, parcours, effacement, acte)
        await tables.changer_en_effacee(tx, beneficiaire_id, acte.le)
        await erasure.erase(tx, parcours, acte.le)
        await log.append(tx, evenement)
    return evenement


async def publier(
    db: AsyncEngine, session_id: UUID, publication: Publication, organisation: str
) -> None:
    async with db.begin() as tx:
        session = domain.publier(session_id, publication, organisation)
        await tables.ranger_session(tx, session)


async def ouvrir(db: AsyncEngine, ouverture: Ouverture, acte: Acte) -> ParcoursOuvert:
    referent = ouverture.referent
    async with db.begin() as tx:
        beneficiaire = await tables.reserver_beneficiaire(
            tx, ouverture.beneficiaire_id, partage=True
        )
        evenement = domain.ouvrir(beneficiaire, ouverture, acte)
        parcours = Parcours(
            id=acte.id,
            beneficiaire_id=beneficiaire.id,
            organisation=acte.organisation,
            referent=referent.organisme.urn if referent else None,
            objectif=ouverture.objectif,
            rome=ouverture.rome,
            ouvert_le=acte.le,
        )
        await tables.noter_parcours(tx, parcours)
        await log.append(tx, evenement)
    return evenement


async def prescrire(
    db: AsyncEngine, parcours_id: UUID, prescription: Prescription, acte: Acte
) -> OrientationPrononcee:
    """Créer l’étape, vers une session publiée si la prescription en nomme une."""
    async with db.begin() as tx:
        parcours = await tables.lire_parcours(tx, parcours_id)
        session_id = prescription.session_id
        session = await tables.lire_session(tx, session_id) if session_id else None
        evenement = domain.prescrire(parcours, session, prescription, acte)
        await _refuser_si_efface(tx, parcours_id)
        etape = Etape(
            id=acte.id,
            parcours_id=parcours_id,
            type_etape=evenement.data.type_etape,
            axe=prescription.axe,
            session_id=session_id,
            domaine=prescription.domaine,
            prononcee_le=acte.le,
        )
        await tables.noter_etape(tx, etape)
        await log.append(tx, evenement)
    return evenement


async def positionner(
    db: AsyncEngine, parcours_id: UUID, placement: Placement, acte: Acte
) -> PositionnementDemande:
    async with db.begin() as tx:
        parcours = await tables.lire_parcours(tx, parcours_id)
        etape = await tables.reserver_etape(tx, placement.etape_id)
        session = await tables.lire_session(tx, placement.session_id)
        deja = await tables.lire_positionnements(tx, [etape.id])
        evenement = domain.positionner(parcours, etape, session, placement, acte, deja=deja)
        await _refuser_si_efface(tx, parcours_id)
        positionnement = Positionnement(
            id=acte.id,
            parcours_id=parcours_id,
            etape_id=etape.id,
            session_id=session.id,
            organisme=session.organisation,
            statut=Statut.DEMANDE,
            demande_le=acte.le,
            repondu_le=None,
            entree_prevue_le=None,
        )
        await tables.noter_positionnement(tx, positionnement)
        await log.append(tx, evenement)
    return evenement


async def accepter(
    db: AsyncEngine, positionnement_id: UUID, accord: Accord, acte: Acte
) -> PositionnementAvisFavorable:
    async with db.begin() as tx:
        positionnement = await tables.reserver_positionnement(tx, positionnement_id)
        evenement = domain.accepter(positionnement, accord, acte)
        await _refuser_si_efface(tx, positionnement.parcours_id)
        await tables.changer_statut(
            tx, positionnement_id, Statut.ACCEPTE, acte.le, accord.entree_prevue_le
        )
        await log.append(tx, evenement)
    return evenement


async def refuser(
    db: AsyncEngine, positionnement_id: UUID, refus: Refus, acte: Acte
) -> PositionnementRefusArgumente:
    """Refuser avec ses raisons. Le diagnostic reste ici : l’événement dit qu’il existe."""
    async with db.begin() as tx:
        positionnement = await tables.reserver_positionnement(tx, positionnement_id)
        evenement = domain.refuser(positionnement, refus, acte).separer()
        await _refuser_si_efface(tx, positionnement.parcours_id)
        await tables.changer_statut(tx, positionnement_id, Statut.REFUSE, acte.le)
        textes = evenement.a_part
        await confidential.store(tx, evenement.source, evenement.id, textes, evenement.subject)
        await log.append(tx, evenement)
    return evenement


async def _refuser_si_efface(tx: AsyncConnection, parcours_id: UUID) -> None:
    if efface_le := await erasure.erased_at(tx, parcours_id):
        raise ParcoursEfface(efface_le)
