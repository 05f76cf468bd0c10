"""De la suite des événements effectifs à l’état d’un parcours, à une date."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from uuid import UUID

from contracts.base import Reference, jour
from contracts.catalogue import FaitDeParcours
from contracts.emploi import EmploiRetourEmploiDeclare
from contracts.lecture.base import Anomalie, Evenement
from contracts.lecture.effets import Effets, effets
from contracts.lecture.etape import Etape, avancer
from contracts.lecture.etats import (
    AVANT_FORMATION,
    EN_PREPARATION,
    TERMINEE,
    EtatEtape,
    EtatParcours,
    etat_pose,
)
from contracts.lecture.rattachement import Rattachement
from contracts.listes import TypeContrat
from contracts.parcours import ParcoursOuvert
from contracts.suivi import SuiviSortieEffective


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
        dernier = next((e for e in reversed(self.evenements) if etat_pose(e)), None)
        if isinstance(dernier, SuiviSortieEffective):
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
        avancer(par_id[etape_id], evenement, parcours.anomalies)
    parcours.anomalies.sort(key=lambda anomalie: (anomalie.evenements, anomalie.code))
    return parcours


def _en_cours(etapes: Sequence[Etape], evenement: FaitDeParcours) -> UUID | None:
    """L’étape en cours ; pour ce qui se dit aussi après la sortie (un jury), la dernière.

    De plusieurs, celle dont l’événement est attendu, sinon celle où la personne est entrée.
    """
    pose = etat_pose(evenement)
    ouvertes = [e for e in etapes if e.etat not in TERMINEE]
    attendues = [e for e in ouvertes if pose and e.etat in pose[1]]
    entamees = [e for e in ouvertes if e.etat not in AVANT_FORMATION]
    candidates = attendues or entamees or ouvertes or ([] if pose else etapes)
    return candidates[-1].id if candidates else None
