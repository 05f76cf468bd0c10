"""La chronologie d’un parcours, préparée pour être montrée."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise

from contracts.base import Reference, jour
from contracts.catalogue import FaitDeParcours, Rectification
from contracts.lecture import Anomalie, Etape, EtatEtape, Nom, Raison
from contracts.lecture.etats import etat_pose
from contracts.passerelle import PasserelleDecisionRendue
from contracts.suivi import SuiviRepriseEffective, SuiviSuspensionPrononcee
from kit import log
from kit.observability import trace_id
from suivi.pages.fil import tracer
from suivi.queries.lecture import Lecture


@dataclass(frozen=True)
class Rectifiee:
    """Ce qui corrige, annule ou conteste un événement : par qui, et depuis quand on le sait."""

    evenement: Rectification
    connue_le: datetime
    par: str
    trace: str | None


@dataclass
class Ligne:
    """Un événement tel que la page le montre."""

    evenement: FaitDeParcours | Rectification
    origine: FaitDeParcours | Rectification  # as it was first said
    entree: log.Entry
    par: str
    trace: str | None
    etat: str | None
    nature: str = ""
    fil: str = ""
    raison: Raison | None = None
    cause: "Ligne | None" = None
    corrections: list[Rectifiee] = field(default_factory=list)
    annulations: list[Rectifiee] = field(default_factory=list)
    contestations: list[Rectifiee] = field(default_factory=list)
    anomalies: list[Anomalie] = field(default_factory=list)

    @property
    def ancre(self) -> str:
        return f"v{self.entree.version}"

    @property
    def retard(self) -> int:
        """Combien de jours civils entre le fait et le jour où on l’a su."""
        return (jour(self.entree.recorded_at) - jour(self.evenement.time)).days

    @property
    def quand(self) -> date:
        civile = self.evenement.datecivile
        return jour(self.evenement.time) if civile else self.evenement.time


@dataclass
class Section:
    """Une étape et ses événements ; sans étape, ce qui est du parcours entier."""

    etape: Etape | None
    rang: int
    organisme: str | None
    lignes: list[Ligne] = field(default_factory=list)
    couture: tuple[int, date, date] | None = None  # days since the exit of the one before

    @property
    def fin_prevue_le(self) -> date | None:
        """La fin de l’étape en cours, si elle est dite."""
        en_cours = self.etape and self.etape.etat is EtatEtape.EN_FORMATION
        return self.etape.fin_prevue_le if self.etape and en_cours else None


@dataclass(frozen=True)
class Attendu:
    """Ce que quelqu’un doit faire, et quand."""

    qui: str
    quoi: str
    ancre: str | None
    le: date | None
    depuis: bool = False


class Chronologie:
    """Tout ce que la page d’un parcours montre, d’après une lecture."""

    def __init__(self, lecture: Lecture, nom: Nom, trace_url: str | None, le: date) -> None:
        self.parcours = lecture.parcours
        self.nom = nom
        self._trace_url = trace_url
        self._le = le
        self._entrees = {Reference(e.source, e.id): e for e in lecture.entrees}
        self._dits = {e.reference: e for e in lecture.journal}
        self._lignes = {ligne.evenement.reference: ligne for ligne in self._toutes()}
        self._relier()
        self.sections = list(self._sections())
        self.attendus = list(self._attendus())
        self.fil = tracer(self.parcours, self.nom, le)

    def de(self, reference: Reference) -> Ligne | None:
        """La ligne de l’événement ; d’une rectification qui n’en a pas, celle qu’elle vise."""
        ligne, dit = self._lignes.get(reference), self._dits.get(reference)
        if ligne is None and dit and dit.target:
            return self.de(Reference(*dit.target))
        return ligne

    def _toutes(self) -> Iterable[Ligne]:
        effets = self.parcours.effets
        for evenement in self.parcours.evenements:
            yield self._ligne(evenement, None)
        for reference, raison in effets.sans_effet.items():
            ecarte = self._dits[reference]
            if jour(ecarte.time) <= self.parcours.au:
                yield self._ligne(ecarte, raison)

    def _ligne(self, evenement: FaitDeParcours | Rectification, raison: Raison | None) -> Ligne:
        reference = evenement.reference
        entree = self._entrees[reference]
        lus = self.parcours.effets
        pose = None if isinstance(evenement, Rectification) else etat_pose(evenement)
        return Ligne(
            evenement=evenement,
            origine=self._dits[reference],
            entree=entree,
            par=self.nom(evenement.organisation),
            trace=self._trace(entree),
            etat=pose[0].libelle if pose and not raison else None,
            nature=_nature(evenement),
            raison=raison,
            corrections=self._rectifiees(lus.corrections.get(reference, ())),
            annulations=self._rectifiees(lus.annulations.get(reference, ())),
            contestations=self._rectifiees(lus.contestations.get(reference, ())),
        )

    def _rectifiees(self, rectifications: Iterable[Rectification]) -> list[Rectifiee]:
        entrees = ((r, self._entrees[r.reference]) for r in rectifications)
        return [
            Rectifiee(r, entree.recorded_at, self.nom(r.organisation), self._trace(entree))
            for r, entree in entrees
        ]

    def _relier(self) -> None:
        """Lier chaque ligne à sa cause et à ce qui la contredit."""
        for anomalie in self.parcours.anomalies:
            if ligne := self.de(anomalie.evenements[0]):
                ligne.anomalies.append(anomalie)
                ligne.nature = "anomalie"
        for ligne in self._lignes.values():
            source, _, id_ = (ligne.evenement.causationid or "").rpartition(" ")
            ligne.cause = self.de(Reference(source, id_))

    def _trace(self, entree: log.Entry) -> str | None:
        trace = trace_id(entree.traceparent)
        return self._trace_url.format(trace_id=trace) if self._trace_url and trace else None

    def _sections(self) -> Iterable[Section]:
        """Les étapes dans l’ordre ; ce qui est du parcours entier va avec l’étape d’alors."""
        etapes = self.parcours.etapes
        par_evenement = {e.reference: etape for etape in etapes for e in etape.evenements}
        sections = {
            id(etape): Section(etape, rang, self.nom(etape.organisme) if etape.organisme else None)
            for rang, etape in enumerate(etapes, 1)
        }
        for avant, etape in pairwise(etapes):
            if avant.sortie_le and etape.entree_le and avant.sortie_le <= etape.entree_le:
                sortie, entree = jour(avant.sortie_le), jour(etape.entree_le)
                sections[id(etape)].couture = ((entree - sortie).days, sortie, entree)
        ici = sections[id(etapes[0])] if etapes else Section(None, 0, None)
        ordre = sorted(self._lignes.values(), key=lambda x: (x.evenement.time, x.evenement.rang))
        for ligne in ordre:
            sienne = par_evenement.get(ligne.evenement.reference)
            ici = sections[id(sienne)] if sienne else ici
            ici.lignes.append(ligne)
        trouvees = list(sections.values()) if etapes else [ici]
        for section in trouvees:
            _dessiner_le_fil(section)
        return trouvees

    def _attendus(self) -> Iterable[Attendu]:
        """Qui doit faire quoi : d’abord ce qui contredit, puis ce qui manque, puis ce qui vient."""
        for anomalie in self.parcours.anomalies:
            if ligne := self.de(anomalie.evenements[0]):
                depuis = jour(ligne.entree.recorded_at)
                yield Attendu(ligne.par, anomalie.phrase, ligne.ancre, depuis, depuis=True)
        for etape in self.parcours.etapes:
            yield from self._echeances(etape)
        for ligne in self._lignes.values():
            if manques := list(ligne.evenement.a_completer.values()):
                quoi = f"{ligne.evenement.libelle}, à compléter : {' '.join(manques)}"
                yield Attendu(ligne.par, quoi, ligne.ancre, None)

    def _echeances(self, etape: Etape) -> Iterable[Attendu]:
        qui = self.nom(etape.organisme) if etape.organisme else "l’organisme"
        if etape.etat is EtatEtape.GARANTIE and etape.entree_prevue_le:
            yield Attendu(qui, "Entrée prévue : à confirmer.", None, etape.entree_prevue_le)
        if etape.etat is EtatEtape.EN_FORMATION and etape.fin_prevue_le:
            yield Attendu(qui, "Fin de formation prévue.", None, etape.fin_prevue_le)
        if etape.etat is EtatEtape.SUSPENDUE:
            fin = etape.suspensions[-1].fin_prevue_le if etape.suspensions else None
            yield Attendu(qui, "Reprise à préparer.", None, fin)


def _nature(evenement: FaitDeParcours | Rectification) -> str:
    match evenement:
        case PasserelleDecisionRendue():
            return "decision"
        case SuiviSuspensionPrononcee():
            return "suspension"
        case SuiviRepriseEffective():
            return "reprise"
    return ""


def _dessiner_le_fil(section: Section) -> None:
    """Le fil après chaque événement : tireté tant que la personne est suspendue, coupé à la fin."""
    suspendue = False
    for ligne in section.lignes:
        if ligne.etat:
            suspendue = ligne.etat == EtatEtape.SUSPENDUE.libelle
        ligne.fil = "suspendu" if suspendue else ""
    if section.lignes:
        section.lignes[-1].fil = "prevu" if section.fin_prevue_le else "fin"
