"""De la suite des événements effectifs à l’état d’un parcours, à une date."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from uuid import UUID

from contracts.base import DonneesEtape, DossierRef, Etablissement, Reference, jour
from contracts.catalogue import FaitDeParcours
from contracts.certification import CertificationResultatPrononce
from contracts.emploi import EmploiRetourEmploiDeclare
from contracts.inscription import InscriptionGarantie
from contracts.lecture.effets import Anomalie, Effets, Evenement, effets
from contracts.lecture.etats import (
    EN_PREPARATION,
    TERMINEE,
    EtatEtape,
    EtatParcours,
    etat_pose,
)
from contracts.lecture.rattachement import Rattachement
from contracts.listes import MotifSuspension, NatureSortie, TypeContrat, TypeEtape
from contracts.orientation import OrientationPrononcee
from contracts.parcours import ParcoursOuvert
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


@dataclass
class Emploi:
    """Un travail commencé, et sa fin quand le contrat la dit."""

    evenement: EmploiRetourEmploiDeclare

    @property
    def debut_le(self) -> datetime:
        return self.evenement.time

    @property
    def fin_le(self) -> date | None:
        return self.evenement.data.fin_le

    @property
    def type_contrat(self) -> TypeContrat:
        return self.evenement.data.type_contrat

    def en_cours(self, au: date) -> bool:
        return jour(self.debut_le) <= au and (self.fin_le is None or au <= self.fin_le)


@dataclass
class Parcours:
    """Où en est un parcours à une date, et sur quoi cela repose."""

    au: date
    effets: Effets
    ouverture: ParcoursOuvert | None = None
    etapes: list[Etape] = field(default_factory=list)
    emplois: list[Emploi] = field(default_factory=list)
    evenements: list[FaitDeParcours] = field(default_factory=list)
    anomalies: list[Anomalie] = field(default_factory=list)

    @property
    def etat(self) -> EtatParcours:
        """Le premier état qui s’applique (evenements.md §3, règle 4)."""
        etats = [etape.etat for etape in self.etapes]
        if EtatEtape.EN_FORMATION in etats:
            return EtatParcours.EN_FORMATION
        if EtatEtape.SUSPENDUE in etats:
            return EtatParcours.SUSPENDU
        if EN_PREPARATION.intersection(etats):
            return EtatParcours.EN_PREPARATION
        if any(emploi.en_cours(self.au) for emploi in self.emplois):
            return EtatParcours.EN_EMPLOI
        if EtatEtape.SORTIE in etats:
            return EtatParcours.ENTRE_DEUX_ETAPES
        return EtatParcours.OUVERT

    @property
    def en_conflit(self) -> bool:
        return any(etape.en_conflit for etape in self.etapes)

    def etape_de(self, evenement: FaitDeParcours) -> Etape | None:
        return next((e for e in self.etapes if evenement in e.evenements), None)


def lire_parcours(
    journal: Iterable[Evenement], au: date, ailleurs: Collection[Reference] = ()
) -> Parcours:
    """L’état au soir du jour civil `au`, d’après tout ce que `journal` dit.

    `au` va jusqu’où l’on lit la vie de la personne ; ce que l’on en sait est ce que l’on passe.
    `ailleurs` : les cibles de rectifications que l’on sait être dans un autre flux.
    """
    return evoluer(effets(journal, ailleurs), au)


def evoluer(lus: Effets, au: date) -> Parcours:
    """Les états, des événements effectifs survenus au plus tard le jour `au`."""
    parcours = Parcours(au, lus, anomalies=list(lus.anomalies))
    vecus = [evenement for evenement in lus.evenements if jour(evenement.time) <= au]
    rattachement = Rattachement(lus.evenements)
    par_id: dict[UUID, Etape] = {}
    for evenement in vecus:
        parcours.evenements.append(evenement)
        match evenement:
            case ParcoursOuvert() if parcours.ouverture is None:
                parcours.ouverture = evenement
            case EmploiRetourEmploiDeclare():
                parcours.emplois.append(Emploi(evenement))
        etape_id = rattachement.etape(evenement, partial(_en_cours, parcours.etapes, evenement))
        if etape_id is None:
            continue
        if etape_id not in par_id:
            par_id[etape_id] = Etape(etape_id, deduite=etape_id not in rattachement.orientees)
            parcours.etapes.append(par_id[etape_id])
        _avancer(par_id[etape_id], evenement, parcours.anomalies)
    parcours.anomalies.sort(key=lambda anomalie: (anomalie.evenements, anomalie.code))
    return parcours


def _en_cours(etapes: Sequence[Etape], evenement: FaitDeParcours) -> UUID | None:
    """L’étape en cours ; pour ce qui se dit aussi après la sortie (un jury), la dernière."""
    ouvertes = [e for e in etapes if e.etat not in TERMINEE]
    candidates = ouvertes or (etapes if etat_pose(evenement) is None else [])
    return candidates[-1].id if candidates else None


def _avancer(etape: Etape, evenement: FaitDeParcours, anomalies: list[Anomalie]) -> None:
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
    if etape.etat and avant and etape.etat not in attendus:
        conflit = etat is etape.etat is EtatEtape.SORTIE
        etape.en_conflit |= conflit
        phrase = (
            "Deux sorties sont dites pour la même étape : l’une des deux est à annuler."
            if conflit
            else f"« {evenement.libelle} » arrive alors que l’étape est "
            f"{etape.etat.libelle.lower()}, depuis « {avant.libelle} »."
        )
        code = "sorties_multiples" if conflit else "transition_inattendue"
        anomalies.append(Anomalie(code, phrase, (evenement.reference, avant.reference)))
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
