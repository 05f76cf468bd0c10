"""Où en sont une étape et un parcours : les états, et d’où l’on y vient (evenements.md §3)."""

from contracts.catalogue import FaitDeParcours
from contracts.certification import CertificationResultatPrononce
from contracts.emploi import EmploiRetourEmploiDeclare
from contracts.inscription import InscriptionGarantie, InscriptionPlaceReservee
from contracts.listes import Liste
from contracts.orientation import OrientationPrononcee
from contracts.parcours import ParcoursOuvert
from contracts.passerelle import PasserelleDecisionRendue, PasserelleSaisineDeposee
from contracts.positionnement import (
    PositionnementAvisFavorable,
    PositionnementDemande,
    PositionnementRefusArgumente,
)
from contracts.suivi import (
    SuiviAbandonConstate,
    SuiviAttestationCompetencesDelivree,
    SuiviEntreeEffective,
    SuiviRepriseEffective,
    SuiviSortieEffective,
    SuiviSuspensionPrononcee,
)


class EtatEtape(Liste):
    """L’état d’une étape : celui de son dernier événement qui en pose un (règle 3)."""

    ORIENTEE = "ORIENTEE", "Orientée"
    POSITIONNEE = "POSITIONNEE", "Positionnée"
    ACCEPTEE = "ACCEPTEE", "Acceptée"
    REFUSEE = "REFUSEE", "Refusée"
    EN_ALTERNATIVE = "EN_ALTERNATIVE", "En alternative"
    EN_ATTENTE = "EN_ATTENTE", "En liste d’attente"
    INSCRITE = "INSCRITE", "Inscrite"
    GARANTIE = "GARANTIE", "Garantie"
    EN_FORMATION = "EN_FORMATION", "En formation"
    SUSPENDUE = "SUSPENDUE", "Suspendue"
    INTERROMPUE = "INTERROMPUE", "Interrompue"
    ABANDONNEE = "ABANDONNEE", "Abandonnée"
    EXCLUE = "EXCLUE", "Exclue"
    SORTIE = "SORTIE", "Sortie"
    SANS_SUITE = "SANS_SUITE", "Sans suite"


class EtatParcours(Liste):
    """L’état d’un parcours : le premier qui s’applique (règle 4)."""

    CLOS = "CLOS", "Clos"
    EN_FORMATION = "EN_FORMATION", "En formation"
    SUSPENDU = "SUSPENDU", "Suspendu"
    EN_PREPARATION = "EN_PREPARATION", "En préparation"
    EN_EMPLOI = "EN_EMPLOI", "En emploi"
    ENTRE_DEUX_ETAPES = "ENTRE_DEUX_ETAPES", "Entre deux étapes"
    OUVERT = "OUVERT", "Ouvert"


_E = EtatEtape
AVANT_FORMATION = frozenset(
    {
        _E.ORIENTEE, _E.POSITIONNEE, _E.ACCEPTEE, _E.REFUSEE, _E.EN_ALTERNATIVE, _E.EN_ATTENTE,
        _E.INSCRITE, _E.GARANTIE,
    }
)  # fmt: skip
EN_PREPARATION = AVANT_FORMATION - {_E.ORIENTEE}
TERMINEE = frozenset({_E.SORTIE, _E.SANS_SUITE})

# After which states a state is expected. A transition that is not happens all the same (règle 3).
ATTENDUS: dict[EtatEtape, frozenset[EtatEtape]] = {
    _E.ORIENTEE: frozenset(),
    _E.POSITIONNEE: frozenset({_E.ORIENTEE, _E.REFUSEE, _E.EN_ALTERNATIVE}),
    _E.ACCEPTEE: frozenset({_E.POSITIONNEE}),
    _E.REFUSEE: frozenset({_E.POSITIONNEE, _E.ACCEPTEE}),
    _E.EN_ALTERNATIVE: frozenset({_E.REFUSEE}),
    _E.EN_ATTENTE: frozenset({_E.ACCEPTEE, _E.POSITIONNEE}),
    _E.INSCRITE: frozenset({_E.ACCEPTEE, _E.EN_ATTENTE}),
    _E.GARANTIE: frozenset({_E.INSCRITE}),
    _E.SUSPENDUE: frozenset({_E.EN_FORMATION}),
    _E.INTERROMPUE: frozenset({_E.EN_FORMATION, _E.SUSPENDUE}),
    _E.ABANDONNEE: frozenset({_E.EN_FORMATION, _E.SUSPENDUE}),
    _E.EXCLUE: frozenset({_E.EN_FORMATION, _E.SUSPENDUE}),
    _E.SORTIE: frozenset({_E.EN_FORMATION, _E.SUSPENDUE, _E.ABANDONNEE, _E.EXCLUE, _E.INTERROMPUE}),
    _E.SANS_SUITE: AVANT_FORMATION,
}
# EN_FORMATION is expected after other states when one enters and when one resumes.
ENTREE = frozenset({_E.GARANTIE, _E.INSCRITE, _E.ACCEPTEE})
REPRISE = frozenset({_E.SUSPENDUE, _E.ABANDONNEE, _E.INTERROMPUE})


def etat_pose(evenement: FaitDeParcours) -> tuple[EtatEtape, frozenset[EtatEtape]] | None:
    """L’état que cet événement pose sur son étape, et après lesquels on l’attend ; ou rien."""
    match evenement:
        case OrientationPrononcee():
            etat = _E.ORIENTEE
        case PositionnementDemande():
            etat = _E.POSITIONNEE
        case PositionnementAvisFavorable():
            etat = _E.ACCEPTEE
        case PositionnementRefusArgumente():
            etat = _E.REFUSEE
        case InscriptionPlaceReservee():
            etat = _E.INSCRITE
        case InscriptionGarantie():
            etat = _E.GARANTIE
        case SuiviEntreeEffective():
            return _E.EN_FORMATION, ENTREE
        case SuiviRepriseEffective():
            return _E.EN_FORMATION, REPRISE
        case SuiviSuspensionPrononcee():
            etat = _E.SUSPENDUE
        case SuiviAbandonConstate():
            etat = _E.ABANDONNEE
        case SuiviSortieEffective():
            etat = _E.SORTIE
        case (
            ParcoursOuvert()
            | PasserelleSaisineDeposee()
            | PasserelleDecisionRendue()
            | SuiviAttestationCompetencesDelivree()
            | CertificationResultatPrononce()
            | EmploiRetourEmploiDeclare()
        ):
            return None
    return etat, ATTENDUS[etat]
