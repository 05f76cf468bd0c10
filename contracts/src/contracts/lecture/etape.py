"""Une étape, et ce que chaque événement en dit de plus."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from contracts.base import DonneesEtape, DossierRef, Etablissement
from contracts.catalogue import FaitDeParcours
from contracts.certification import CertificationResultatPrononce
from contracts.inscription import InscriptionGarantie
from contracts.lecture.base import Anomalie
from contracts.lecture.etats import TERMINEE, EtatEtape, etat_pose
from contracts.listes import MotifSuspension, NatureSortie, TypeEtape
from contracts.orientation import OrientationPrononcee
from contracts.positionnement import PositionnementAvisFavorable, PositionnementDemande
from contracts.suivi import (
    SuiviEntreeEffective,
    SuiviRepriseEffective,
    SuiviSortieEffective,
    SuiviSuspensionPrononcee,
)


@dataclass
class Suspension:
    """Une interruption : son début, et sa fin quand on la connaît."""

    debut_le: datetime
    motif: MotifSuspension
    fin_prevue_le: date | None
    fin_le: datetime | None = None


@dataclass
class Etape:
    """Une étape du parcours, telle que ses événements la disent."""

    id: UUID
    deduite: bool
    type_etape: TypeEtape = TypeEtape.NON_COMMUNIQUE
    axe: int | None = None
    intitule: str | None = None
    session_id: UUID | None = None
    organisme: str | None = None  # URN of the body where the person is, or is expected
    etat: EtatEtape | None = None
    etat_depuis: datetime | None = None
    orientee_le: datetime | None = None
    positionnee_le: datetime | None = None
    acceptee_le: datetime | None = None
    entree_le: datetime | None = None
    entree_prevue_le: date | None = None
    fin_prevue_le: date | None = None
    sortie_le: datetime | None = None
    nature_sortie: NatureSortie | None = None
    heures_prevues: float | None = None
    heures_realisees: float | None = None
    en_conflit: bool = False
    suspensions: list[Suspension] = field(default_factory=list)
    dossiers: list[DossierRef] = field(default_factory=list)
    certifications: list[CertificationResultatPrononce] = field(default_factory=list)
    evenements: list[FaitDeParcours] = field(default_factory=list)


def avancer(etape: Etape, evenement: FaitDeParcours, anomalies: list[Anomalie]) -> None:
    """Un événement de plus dans la vie d’une étape, dans l’ordre de la vie."""
    pose = etat_pose(evenement)
    if pose:
        _changer_etat(etape, evenement, *pose, anomalies)
    etape.evenements.append(evenement)
    _retenir(etape, evenement)


def _changer_etat(
    etape: Etape,
    evenement: FaitDeParcours,
    etat: EtatEtape,
    attendus: Collection[EtatEtape],
    anomalies: list[Anomalie],
) -> None:
    avant = next((e for e in reversed(etape.evenements) if etat_pose(e)), None)
    sorties = [e for e in etape.evenements if isinstance(e, SuiviSortieEffective)]
    conflit = etat is EtatEtape.SORTIE and bool(sorties)
    if conflit:
        etape.en_conflit = True
        phrase = "Deux sorties sont dites pour la même étape : l’une des deux est à annuler."
        references = evenement.reference, sorties[-1].reference
        anomalies.append(Anomalie("sorties_multiples", phrase, references))
    deja_dit = conflit and avant is sorties[-1]
    if etape.etat and avant and etape.etat not in attendus and not deja_dit:
        phrase = (
            f"« {evenement.libelle} » arrive alors que l’étape est "
            f"{etape.etat.libelle.lower()}, depuis « {avant.libelle} »."
        )
        references = evenement.reference, avant.reference
        anomalies.append(Anomalie("transition_inattendue", phrase, references))
    if etat is EtatEtape.EN_FORMATION or etat in TERMINEE or etat is EtatEtape.ABANDONNEE:
        for suspension in etape.suspensions:
            suspension.fin_le = suspension.fin_le or evenement.time
    etape.etat, etape.etat_depuis = etat, evenement.time


def _retenir(etape: Etape, evenement: FaitDeParcours) -> None:
    data = evenement.data
    if isinstance(data, DonneesEtape):
        etape.session_id = data.session_id or etape.session_id
        _situer(etape, data.organisme_formateur)
        if data.dossier_ref and data.dossier_ref not in etape.dossiers:
            etape.dossiers.append(data.dossier_ref)
    match evenement:
        case OrientationPrononcee(time=le, data=data):
            etape.orientee_le = etape.orientee_le or le
            etape.type_etape, etape.axe = data.type_etape, data.axe
            etape.intitule = data.intitule or data.domaine or etape.intitule
        case PositionnementDemande(time=le):
            etape.positionnee_le = etape.positionnee_le or le
        case PositionnementAvisFavorable(time=le, data=data):
            etape.acceptee_le = le
            etape.entree_prevue_le = data.entree_prevue_le or etape.entree_prevue_le
        case InscriptionGarantie(data=data):
            etape.entree_prevue_le = data.entree_prevue_le
            etape.heures_prevues = data.heures_prevues or etape.heures_prevues
        case SuiviEntreeEffective(time=le, data=data):
            etape.entree_le = etape.entree_le or le
            etape.heures_prevues = data.heures_prevues or etape.heures_prevues
            etape.fin_prevue_le = data.fin_prevue_le or etape.fin_prevue_le
        case SuiviSuspensionPrononcee(time=le, data=data):
            etape.suspensions.append(Suspension(le, data.motif, data.fin_prevue_le))
        case SuiviRepriseEffective(data=data):
            _situer(etape, data.organisme)
            etape.fin_prevue_le = data.fin_prevue_le or etape.fin_prevue_le
        case SuiviSortieEffective(time=le, data=data):
            etape.sortie_le, etape.nature_sortie = le, data.nature
            etape.heures_realisees = data.heures_realisees
        case CertificationResultatPrononce():
            etape.certifications.append(evenement)


def _situer(etape: Etape, organisme: Etablissement | None) -> None:
    if organisme:
        etape.organisme = organisme.urn
