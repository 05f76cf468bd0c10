"""Les règles du comité passerelle : ce que l’on demande, ce qu’il décide, ce que l’on refuse."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from contracts import lecture
from contracts.base import Cible, Jour, Organisme, OuiNon, Reference, Texte, TexteLong, jour
from contracts.catalogue import FaitDeParcours
from contracts.commande import Acte, Demande
from contracts.evenement import EvenementAnnule, EvenementCorrige
from contracts.lecture import EtatEtape
from contracts.lecture.base import Evenement
from contracts.listes import DECISIONS_NEGATIVES, Decision
from contracts.orientation import OrientationPrononcee
from contracts.parcours import ParcoursOuvert
from contracts.passerelle import (
    EtapeVisee,
    PasserelleDecisionRendue,
    PasserelleDecisionRendueDonnees,
    PasserelleSaisineDeposee,
    PasserelleSaisineDeposeeDonnees,
    Quorum,
)
from contracts.positionnement import PositionnementDemande
from contracts.suivi import (
    SuiviAttestationCompetencesDelivree,
    SuiviEntreeEffective,
    SuiviRepriseEffective,
    SuiviSuspensionPrononcee,
)
from kit.errors import Gone, NotFound, Refusal

SOURCE = "urn:sanscouture:passerelle"

# Facts that a comité looks at, and what tells of whom and of which étape they speak.
FAITS = SuiviSuspensionPrononcee | SuiviRepriseEffective | SuiviAttestationCompetencesDelivree
RETENUS = (
    ParcoursOuvert
    | OrientationPrononcee
    | PositionnementDemande
    | SuiviEntreeEffective
    | FAITS
    | EvenementCorrige
    | EvenementAnnule
)


class Saisir(Demande):
    """Demander au comité de décider de la suite. `etape_id` : l’étape d’où vient la personne."""

    parcours_id: UUID
    etape_id: UUID
    etape_visee: EtapeVisee
    comite: Organisme
    bilan: TexteLong | None = None
    attestation: Cible | None = None
    urgence: OuiNon = False


class Decider(Demande):
    decision: Decision
    motivation: TexteLong
    conditions: tuple[Texte, ...] = Field((), max_length=20)
    mise_en_oeuvre_le: Jour | None = None
    quorum: Quorum
    membres: tuple[Organisme, ...] = Field((), max_length=50)
    organisme_formateur: Organisme | None = None
    alternative: Texte | None = None


@dataclass(frozen=True)
class Saisine:
    id: UUID
    parcours_id: UUID
    etape_id: UUID
    deposant: str
    comite: str
    etape_visee: EtapeVisee
    attestation: Cible | None
    urgence: bool
    deposee_le: datetime


@dataclass(frozen=True)
class DecisionRendue:
    id: UUID
    saisine_id: UUID
    decision: Decision
    conditions: tuple[str, ...]
    mise_en_oeuvre_le: date | None
    presents: int
    membres: int
    organismes: tuple[str, ...]
    organisme_formateur: str | None
    alternative: str | None
    rendue_le: datetime


class SaisineInconnue(NotFound):
    """Une saisine se lit chez ses parties, et se décide au comité saisi."""

    def __init__(self) -> None:
        super().__init__("Aucune saisine qui vous regarde ne porte cet identifiant.")


class ConfidenceInconnue(NotFound):
    """Bilan et motivation se lisent chez les parties de la saisine et chez qui suit la personne."""

    def __init__(self) -> None:
        super().__init__("Cet événement n’a pas de confidence que vous puissiez lire.")


class DecisionDejaRendue(Refusal):
    """Un comité décide une fois d’une saisine."""

    def __init__(self, rendue: DecisionRendue) -> None:
        super().__init__(
            f"La décision est rendue depuis le {jour(rendue.rendue_le):%d/%m/%Y} :"
            f" {rendue.decision.libelle.lower()}."
        )


class QuorumIncoherent(Refusal):
    """Un comité n’a pas plus de présents que de membres."""

    def __init__(self, quorum: Quorum) -> None:
        super().__init__(f"{quorum.presents} présents pour {quorum.membres} membres.")


class QuorumNonAtteint(Refusal):
    """Un comité décide si la moitié de ses membres au moins sont présents : règle du projet."""

    def __init__(self, quorum: Quorum) -> None:
        super().__init__(
            f"{quorum.presents} présents sur {quorum.membres} membres :"
            f" il en faut {-(-quorum.membres // 2)}."
        )


class ConditionsAttendues(Refusal):
    """Valider sous conditions, c’est dire lesquelles."""

    def __init__(self) -> None:
        super().__init__("Cette décision valide sous conditions, et n’en dit aucune.")


class ParcoursEfface(Gone):
    """D’une personne effacée, on ne décide plus rien."""

    code = "PARCOURS_EFFACE"

    def __init__(self, le: datetime) -> None:
        super().__init__(
            f"La personne est effacée depuis le {jour(le):%d/%m/%Y} : plus rien ne s’y ajoute."
        )


class AlternativeAttendue(Refusal):
    """Une décision négative propose autre chose à la personne."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(f"La décision « {decision.libelle} » ne propose aucune alternative.")


def saisir(demande: Saisir, acte: Acte) -> PasserelleSaisineDeposee:
    """Demander la suite d’une étape ; l’attestation jointe est ce qui y conduit."""
    cause = demande.attestation.reference if demande.attestation else None
    return PasserelleSaisineDeposee(
        **acte.enveloppe(demande.parcours_id, cause),
        data=PasserelleSaisineDeposeeDonnees(
            saisine_id=acte.id,
            etape_id=demande.etape_id,
            etape_visee=demande.etape_visee,
            comite=demande.comite,
            bilan=demande.bilan,
            attestation=demande.attestation,
            urgence=demande.urgence,
        ),
    )


def decider(
    saisine: Saisine, rendue: DecisionRendue | None, demande: Decider, acte: Acte
) -> PasserelleDecisionRendue:
    """Décider de la saisine ; `rendue` : la décision qui l’aurait déjà été."""
    if saisine.comite != acte.organisation:
        raise SaisineInconnue
    if rendue:
        raise DecisionDejaRendue(rendue)
    if demande.quorum.presents > demande.quorum.membres:
        raise QuorumIncoherent(demande.quorum)
    if demande.quorum.presents * 2 < demande.quorum.membres:
        raise QuorumNonAtteint(demande.quorum)
    if demande.decision is Decision.VALIDEE_SOUS_CONDITIONS and not demande.conditions:
        raise ConditionsAttendues
    if demande.decision in DECISIONS_NEGATIVES and not demande.alternative:
        raise AlternativeAttendue(demande.decision)
    return PasserelleDecisionRendue(
        **acte.enveloppe(saisine.parcours_id, cause=Reference(SOURCE, str(saisine.id))),
        data=PasserelleDecisionRendueDonnees(
            saisine_id=saisine.id,
            etape_id=saisine.etape_id,
            decision=demande.decision,
            motivation=demande.motivation,
            conditions=demande.conditions,
            mise_en_oeuvre_le=demande.mise_en_oeuvre_le,
            quorum=demande.quorum,
            membres=demande.membres,
            organisme_formateur=demande.organisme_formateur,
            alternative=demande.alternative,
        ),
    )


def parties(
    saisine: Saisine, rendue: DecisionRendue | None, journal: Iterable[Evenement]
) -> set[str | None]:
    """Qui a saisi, qui décide, qui suit la personne d’après le journal."""
    ouvertures = [e for e in lecture.effets(journal).evenements if isinstance(e, ParcoursOuvert)]
    suivent = {
        urn for ouverture in ouvertures for urn in (ouverture.organisation, *ouverture.nommes)
    }
    return {saisine.deposant, saisine.comite, *(rendue.organismes if rendue else ()), *suivent}


def journal_montre(
    saisine: Saisine, organisation: str, journal: Collection[Evenement]
) -> Collection[Evenement]:
    """Le journal, à qui peut lire le parcours, et au comité s’il est saisi par qui peut le lire.

    Saisir ne donne aucun droit de lecture : sans lui, la saisine se lit sans le journal.
    """
    lecteurs = lecture.lecteurs(journal)
    par_le_deposant = organisation == saisine.comite and saisine.deposant in lecteurs
    return journal if organisation in lecteurs or par_le_deposant else ()


def situation(
    journal: Iterable[Evenement], etape_id: UUID, le: date
) -> tuple[EtatEtape | None, list[FaitDeParcours]]:
    """Où en est l’étape d’après le journal, et le dernier fait de chaque sorte."""
    for etape in lecture.lire_parcours(journal, le).etapes:
        if etape.id == etape_id:
            derniers = {type(e): e for e in etape.evenements if isinstance(e, FAITS)}
            return etape.etat, sorted(derniers.values(), key=lecture.ordre)
    return None, []
