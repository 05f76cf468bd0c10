"""Ce que l’orientation décide, et sur quoi."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from contracts.base import Reference
from contracts.beneficiaire import BeneficiaireEfface, BeneficiaireEffaceDonnees
from contracts.catalogue import FaitDeParcours
from contracts.commande import Acte
from contracts.listes import TypeEtape
from contracts.orientation import OrientationPrononcee, OrientationPrononceeDonnees
from contracts.parcours import ParcoursOuvert, ParcoursOuvertDonnees
from contracts.positionnement import (
    PositionnementAvisFavorable,
    PositionnementAvisFavorableDonnees,
    PositionnementDemande,
    PositionnementDemandeDonnees,
    PositionnementRefusArgumente,
    PositionnementRefusArgumenteDonnees,
)
from orientation.domain.demandes import (
    Accord,
    Effacement,
    Ouverture,
    Placement,
    Prescription,
    Publication,
    Refus,
)
from orientation.domain.etats import Beneficiaire, Etape, Parcours, Positionnement, Session, Statut
from orientation.domain.refus import (
    AlternativeAttendue,
    BeneficiaireInconnu,
    EtapeInconnue,
    ParcoursInconnu,
    PersonneEffacee,
    PositionnementDejaDemande,
    PositionnementDejaRepondu,
    PositionnementInconnu,
    SessionALEnvers,
)

SOURCE = "urn:sanscouture:orientation"


def publier(session_id: UUID, publication: Publication, organisation: str) -> Session:
    if publication.fin_le < publication.debut_le:
        raise SessionALEnvers(publication)
    return Session(session_id, organisation, **dict(publication))


def ouvrir(beneficiaire: Beneficiaire, ouverture: Ouverture, acte: Acte) -> ParcoursOuvert:
    connaitre(beneficiaire, acte.organisation)
    return ParcoursOuvert(
        **acte.enveloppe(acte.id),
        data=ParcoursOuvertDonnees(
            beneficiaire_id=beneficiaire.id,
            objectif=ouverture.objectif,
            rome=ouverture.rome,
            referent=ouverture.referent,
            publics_cibles=ouverture.publics_cibles,
        ),
    )


def effacer(
    beneficiaire: Beneficiaire, parcours: Iterable[UUID], effacement: Effacement, acte: Acte
) -> BeneficiaireEfface:
    """Effacer la personne et ses `parcours` : à la structure qui l’a déclarée."""
    connaitre(beneficiaire, acte.organisation)
    return BeneficiaireEfface(
        **acte.enveloppe(beneficiaire.id),
        data=BeneficiaireEffaceDonnees(motif=effacement.motif, parcours=tuple(parcours)),
    )


def prescrire(
    parcours: Parcours, session: Session | None, prescription: Prescription, acte: Acte
) -> OrientationPrononcee:
    _suivre(parcours, acte)
    type_etape = prescription.type_etape
    if session and type_etape is TypeEtape.NON_COMMUNIQUE:
        type_etape = session.objectif
    return OrientationPrononcee(
        **acte.enveloppe(parcours.id, cause=_decision(parcours.id)),
        data=OrientationPrononceeDonnees(
            etape_id=acte.id,
            session_id=session and session.id,
            organisme_formateur=session and session.organisme,
            type_etape=type_etape,
            axe=prescription.axe,
            domaine=prescription.domaine,
            intitule=session and session.intitule,
        ),
    )


def positionner(  # noqa: PLR0913 - everything that the rule looks at
    parcours: Parcours,
    etape: Etape,
    session: Session,
    placement: Placement,
    acte: Acte,
    *,
    deja: Iterable[Positionnement],
) -> PositionnementDemande:
    """Placer la personne sur la session ; `deja` : les positionnements de l’étape."""
    _suivre(parcours, acte)
    if etape.parcours_id != parcours.id:
        raise EtapeInconnue
    for positionnement in deja:
        if positionnement.session_id == session.id and positionnement.statut is not Statut.REFUSE:
            raise PositionnementDejaDemande(positionnement.statut)
    return PositionnementDemande(
        **acte.enveloppe(parcours.id, cause=_decision(etape.id)),
        data=PositionnementDemandeDonnees(
            etape_id=etape.id,
            session_id=session.id,
            positionnement_id=acte.id,
            organisme_formateur=session.organisme,
            modalite=placement.modalite,
            canal=placement.canal,
        ),
    )


def accepter(
    positionnement: Positionnement, accord: Accord, acte: Acte
) -> PositionnementAvisFavorable:
    _repondre(positionnement, acte)
    return PositionnementAvisFavorable(
        **acte.enveloppe(positionnement.parcours_id, cause=_decision(positionnement.id)),
        data=PositionnementAvisFavorableDonnees(
            etape_id=positionnement.etape_id,
            session_id=positionnement.session_id,
            positionnement_id=positionnement.id,
            entree_prevue_le=accord.entree_prevue_le,
        ),
    )


def refuser(
    positionnement: Positionnement, refus: Refus, acte: Acte
) -> PositionnementRefusArgumente:
    _repondre(positionnement, acte)
    if bool(refus.alternatives) == bool(refus.sans_alternative):
        raise AlternativeAttendue(refus)
    return PositionnementRefusArgumente(
        **acte.enveloppe(positionnement.parcours_id, cause=_decision(positionnement.id)),
        data=PositionnementRefusArgumenteDonnees(
            etape_id=positionnement.etape_id,
            session_id=positionnement.session_id,
            positionnement_id=positionnement.id,
            motif=refus.motif,
            diagnostic=refus.diagnostic,
            alternatives=refus.alternatives,
            sans_alternative=refus.sans_alternative,
        ),
    )


def dernier_fait(evenements: Sequence[FaitDeParcours]) -> FaitDeParcours | None:
    """Le dernier fait vécu par la personne : une entrée, une suspension, un emploi."""
    return next((e for e in reversed(evenements) if e.proprietaire == "suivi"), None)


def connaitre(beneficiaire: Beneficiaire, organisation: str) -> None:
    """Lever si la personne n’est pas de celles que l’on a déclarées, ou si elle est effacée."""
    if beneficiaire.organisation != organisation:
        raise BeneficiaireInconnu
    if beneficiaire.efface_le:
        raise PersonneEffacee(beneficiaire.efface_le)


def _decision(identifiant: UUID) -> Reference:
    """L’événement qui a créé ce parcours, cette étape, ce positionnement."""
    return Reference(SOURCE, str(identifiant))


def _suivre(parcours: Parcours, acte: Acte) -> None:
    if acte.organisation not in parcours.suivi_par:
        raise ParcoursInconnu


def _repondre(positionnement: Positionnement, acte: Acte) -> None:
    if positionnement.organisme != acte.organisation:
        raise PositionnementInconnu
    if positionnement.statut is not Statut.DEMANDE:
        raise PositionnementDejaRepondu(positionnement.statut)
