"""Une vie ordinaire, tirée au sort : ce qui arrive, et à quelle fréquence."""

from dataclasses import dataclass
from datetime import date, timedelta

from simulateur.client import Organisation
from simulateur.monde import Monde
from simulateur.offre import DEPUIS_MOIS, Session
from simulateur.personnes import motif_abandon
from simulateur.vies import CERTIFICATION, EMPLOI, SORTIE, Etape, Vie

ETAPES = 3  # at most, in a life
DOMAINES = {
    "PREPARATOIRE": "Savoirs de base et projet",
    "CERTIFIANT": "Une qualification reconnue",
    "PROFESSIONNALISANT": "Les gestes d’un métier",
}
LONGUE = 600  # hours from which the pact is watchful of abandons


@dataclass(frozen=True)
class Issue:
    """Comment une étape a fini."""

    le: date
    motif_abandon: str | None = None


def vivre(monde: Monde, vie: Vie) -> Vie:
    """Du premier rendez-vous jusqu’à aujourd’hui au plus, erreurs de saisie comprises."""
    le = monde.aujourd_hui - vie.jours(1, DEPUIS_MOIS * 30 - 20)
    vie.ouvrir(le, "Retrouver un emploi durable")
    _traverser(monde, vie, le)
    vie.arreter(monde.maintenant)
    if vie.arrive(3):
        _ouvrir_en_retard(vie)
    _se_tromper(vie)
    vie.arreter(monde.maintenant)
    return vie


def _traverser(monde: Monde, vie: Vie, le: date) -> None:
    type_etape = vie.tirer({"PREPARATOIRE": 9, "CERTIFIANT": 8, "PROFESSIONNALISANT": 3})
    libre_le = le
    for _ in range(ETAPES):
        issue = traverser_une_etape(monde, vie, le, type_etape, libre_le)
        if issue is None:
            return
        if issue.motif_abandon in {"RETOUR_EMPLOI", "CREATION_REPRISE_ENTREPRISE"}:
            travailler(vie, issue.le + vie.jours(1, 10))
            return
        bien_prepare = type_etape == "PREPARATOIRE" and not issue.motif_abandon
        if not vie.arrive(68 if bien_prepare else 12):
            if vie.arrive(55):  # what the pact read at six months: 51 %
                travailler(vie, issue.le + timedelta(days=int(vie.hasard.triangular(3, 260, 45))))
            return
        # Prepared before the exit when all goes well, otherwise after.
        le = issue.le + (vie.jours(-45, -30) if bien_prepare else vie.jours(5, 40))
        libre_le = issue.le + vie.jours(1, 18)
        type_etape = vie.tirer({"CERTIFIANT": 7, "PROFESSIONNALISANT": 3})


def traverser_une_etape(
    monde: Monde, vie: Vie, le: date, type_etape: str, libre_le: date
) -> Issue | None:
    """De la prescription à la sortie ; `None` si la personne s’arrête en chemin.

    `libre_le` : le jour à partir duquel elle peut entrer, une session étant parfois commencée.
    """
    etape = Etape(type_etape)
    le += vie.jours(0, 5)
    vie.prescrire(le, etape, DOMAINES[type_etape])
    session = monde.session(vie.hasard, type_etape, le + timedelta(days=24))
    if session is None or vie.arrive(5):
        return None
    placee = _etre_accepte(monde, vie, le + vie.jours(1, 8), etape, session)
    if placee is None or vie.arrive(6):  # who is expected and does not come
        return None
    entree = max(placee.debut_le + timedelta(days=vie.tirer({0: 3, 1: 1, 3: 1})), libre_le)
    vie.entrer(entree, etape, placee)
    return _suivre(monde, vie, entree, etape, placee)


def _etre_accepte(
    monde: Monde, vie: Vie, le: date, etape: Etape, session: Session
) -> Session | None:
    """La session où la personne est attendue : la première, ou celle qu’un refus a proposée."""
    vie.positionner(le, etape, session)
    le += vie.jours(2, 9)
    if vie.arrive(5):  # nobody answers
        return None
    if vie.arrive(18):
        depuis = le + timedelta(days=14)
        autre = monde.session(vie.hasard, etape.type_etape, depuis, sauf=session.organisme)
        autre = autre if vie.arrive(80) else None
        vie.refuser(le, etape, session, autre)
        if autre is None or vie.arrive(20):
            return None
        session = autre
        le += vie.jours(1, 4)
        vie.positionner(le, etape, session)
        le += vie.jours(1, 5)
    vie.accepter(le, etape, session)
    if vie.arrive(93):
        le += vie.jours(1, 2)
        vie.reserver(le, etape)
        vie.garantir(le + timedelta(days=1), etape, session)
    return session


def _suivre(monde: Monde, vie: Vie, entree: date, etape: Etape, session: Session) -> Issue | None:
    """Ce qui arrive en formation, jusqu’à la sortie."""
    organisme, fin = session.organisme, session.fin_le
    longue = session.formation["heures"] >= LONGUE
    if vie.arrive(15 if longue else 9):
        return _abandonner(vie, _pendant(vie, entree, fin), etape, organisme)
    if vie.arrive(14):
        suspension = _pendant(vie, entree, fin)
        vie.suspendre(suspension, etape, organisme, suspension + timedelta(days=45))
        if vie.arrive(75):
            vie.attester(suspension + vie.jours(1, 3), etape, organisme)
        reprise = _se_faire_reprendre(monde, vie, suspension, etape, organisme)
        if reprise is None:
            return None
        le, chez = reprise
        fin, organisme = fin + (le - suspension), chez
    return sortir(vie, fin, etape, organisme, session.certification)


def _se_faire_reprendre(
    monde: Monde, vie: Vie, suspension: date, etape: Etape, organisme: Organisation
) -> tuple[date, Organisation] | None:
    """Quand et chez qui la personne reprend ; `None` si elle ne reprend pas."""
    voie = vie.tirer({"comite": 40, "meme": 42, "abandon": 10, "rien": 8})
    if voie == "comite":
        ailleurs = monde.autre_organisme(vie.hasard, sauf=organisme)
        saisine = suspension + vie.jours(5, 20)
        decision = saisine + vie.jours(6, 20)
        reprise = decision + vie.jours(3, 20)
        issue = vie.tirer(
            {"VALIDEE": 6, "VALIDEE_SOUS_CONDITIONS": 2, "AJOURNEE": 1, "NON_VALIDEE": 1}
        )
        vie.saisir(saisine, etape, monde.comite, ailleurs)
        vie.decider(decision, etape, monde.comite, issue, reprise)
        if not issue.startswith("VALIDEE"):
            return None
        vie.reprendre(reprise, etape, ailleurs, "AUTRE_ORGANISME")
        return reprise, ailleurs
    if voie == "meme":
        reprise = suspension + vie.jours(10, 60)
        vie.reprendre(reprise, etape, organisme, "MEME_ORGANISME")
        return reprise, organisme
    if voie == "abandon":
        _abandonner(vie, suspension + vie.jours(10, 40), etape, organisme)
    return None


def _abandonner(vie: Vie, le: date, etape: Etape, organisme: Organisation) -> Issue | None:
    if vie.arrive(10):
        vie.sortir(le, etape, organisme, "EXCLUSION")
        return Issue(le, "EXCLUSION")
    motif = motif_abandon(vie.hasard, vie.personne.qualification)
    vie.abandonner(le, etape, organisme if vie.arrive(70) else vie.conseiller, motif)
    if vie.arrive(35):
        vie.attester(le + vie.jours(1, 5), etape, organisme)
    if vie.arrive(8):  # the exit is still to be said
        return None
    sortie = le + vie.jours(1, 12)
    vie.sortir(sortie, etape, organisme, "ABANDON")
    return Issue(sortie, motif)


def sortir(
    vie: Vie, le: date, etape: Etape, organisme: Organisation, certification: str | None
) -> Issue:
    """La sortie ordinaire, et le jury s’il y en a un."""
    natures = {"TERME_ATTEINT": 91, "TERME_ANTICIPE_REUSSITE": 2, "NON_COMMUNIQUE": 4}
    vie.sortir(le, etape, organisme, vie.tirer({**natures, "INTERRUPTION_OF": 2, "TRANSFERT": 1}))
    if etape.type_etape == "CERTIFIANT" and vie.arrive(90):
        jury = le + vie.jours(5, 75) + timedelta(days=150 * vie.arrive(6))
        resultats = {"TOTALE": 68, "PARTIELLE": 15, "ECHEC": 9, "ABSENT_JURY": 5}
        resultat = vie.tirer({**resultats, "NON_COMMUNIQUE": 3})
        vie.certifier(jury, etape, organisme, resultat, certification)
    return Issue(le)


def travailler(vie: Vie, le: date) -> None:
    """Un travail ; ce que l’on en sait varie."""
    contrat = vie.tirer(_CONTRATS)
    heures = vie.tirer({35: 60, 28: 12, 20: 10, 12: 8, None: 10})
    jours = _DUREES.get(contrat)
    fin = le + vie.jours(*jours) if jours else None
    source = vie.tirer({"DSN": 30, "DPAE": 25, "PRESCRIPTEUR": 25, "PERSONNE": 20})
    vie.travailler(le, contrat, heures, fin, source)


def _pendant(vie: Vie, entree: date, fin: date) -> date:
    return entree + (fin - entree) * vie.hasard.uniform(0.1, 0.7)


def _ouvrir_en_retard(vie: Vie) -> None:
    """Le parcours n’est ouvert qu’après coup : on l’a vécu avant de le saisir."""
    vie.gestes[0].le = vie.gestes[-1].le


def _se_tromper(vie: Vie) -> None:
    """Des dates corrigées, des faits retirés, de temps en temps une contradiction."""
    for geste in [g for g in vie.gestes if g.nom in {SORTIE, EMPLOI, CERTIFICATION}]:
        le = geste.le.date() + vie.jours(5, 25)
        if vie.arrive(5):
            vie.corriger(le, geste, {"/time": (geste.le + vie.jours(1, 4)).isoformat()})
        elif vie.arrive(3):
            vie.annuler(le, geste, "MAUVAISE_PERSONNE")
            if vie.arrive(30):
                vie.annuler(le + vie.jours(1, 4), vie.gestes[-1], "ERREUR_SAISIE")
        elif geste.nom == SORTIE and geste.etape and vie.arrive(1):
            vie.sortir(geste.le.date() + vie.jours(3, 9), geste.etape, vie.conseiller, "ABANDON")


_CONTRATS: dict[str, int] = {
    "CDI": 22,
    "CDD_6_MOIS_ET_PLUS": 22,
    "CDD_1_A_6_MOIS": 22,
    "CDD_MOINS_1_MOIS": 7,
    "INTERIM": 15,
    "CDD_INSERTION": 6,
    "APPRENTISSAGE": 4,
    "CREATION_ENTREPRISE": 2,
}
_DUREES = {
    "CDD_6_MOIS_ET_PLUS": (185, 360),
    "CDD_1_A_6_MOIS": (32, 170),
    "CDD_MOINS_1_MOIS": (5, 27),
    "INTERIM": (3, 90),
}
