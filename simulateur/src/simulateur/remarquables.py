"""Quelques vies à montrer, jouées à chaque fois : la page de chacune dit quelque chose."""

from collections.abc import Callable
from datetime import timedelta

from simulateur.histoires import DOMAINES
from simulateur.monde import Monde
from simulateur.offre import Session
from simulateur.vies import Etape, Vie


def entiere(monde: Monde, vie: Vie) -> None:
    """De l’ouverture au travail : refus, alternative, suspension, comité, reprise ailleurs."""
    refusee, placee = _deux_sessions(monde)
    le = refusee.debut_le - timedelta(days=60)
    etape = Etape("CERTIFIANT")
    comite, ailleurs = monde.comite, monde.autre_organisme(vie.hasard, sauf=placee.organisme)
    vie.ouvrir(le, "Obtenir une qualification et un emploi près de chez elle")
    vie.prescrire(le + timedelta(days=2), etape, DOMAINES[etape.type_etape])
    vie.positionner(le + timedelta(days=6), etape, refusee)
    vie.refuser(le + timedelta(days=14), etape, refusee, placee)
    vie.positionner(le + timedelta(days=17), etape, placee)
    vie.accepter(le + timedelta(days=24), etape, placee)
    vie.reserver(le + timedelta(days=25), etape)
    vie.garantir(le + timedelta(days=28), etape, placee)
    entree = placee.debut_le
    vie.entrer(entree, etape, placee)
    vie.suspendre(entree + timedelta(days=40), etape, placee.organisme, entree + timedelta(days=90))
    vie.attester(entree + timedelta(days=42), etape, placee.organisme)
    vie.saisir(entree + timedelta(days=50), etape, comite, ailleurs)
    reprise = entree + timedelta(days=75)
    vie.decider(entree + timedelta(days=62), etape, comite, "VALIDEE_SOUS_CONDITIONS", reprise)
    vie.reprendre(reprise, etape, ailleurs, "AUTRE_ORGANISME")
    sortie = vie.sortir(entree + timedelta(days=170), etape, ailleurs, "TERME_ATTEINT")
    jury = entree + timedelta(days=185)
    vie.certifier(jury, etape, ailleurs, "TOTALE", placee.certification)
    vie.travailler(entree + timedelta(days=204), "CDI", 35, None, "DSN")
    juste = (sortie.le + timedelta(days=1)).isoformat()
    vie.corriger(entree + timedelta(days=180), sortie, {"/time": juste})


def en_conflit(monde: Monde, vie: Vie) -> None:
    """Deux sorties pour une étape : l’organisme et le conseiller ne disent pas la même."""
    etape, session = _entrer(monde, vie)
    sortie = session.debut_le + timedelta(days=33)
    vie.sortir(sortie, etape, session.organisme, "TERME_ATTEINT")
    vie.sortir(sortie + timedelta(days=4), etape, vie.conseiller, "ABANDON")


def a_peine_ouverte(monde: Monde, vie: Vie) -> None:
    """Une personne reçue hier : rien encore."""
    vie.ouvrir(monde.aujourd_hui - timedelta(days=1), "Trouver sa voie")


def inattendue(monde: Monde, vie: Vie) -> None:
    """Suspendue sans être entrée : gardé, et dit à qui l’a écrit."""
    etape, session = _placer(monde, vie)
    debut = session.debut_le + timedelta(days=5)
    vie.suspendre(debut, etape, session.organisme, debut + timedelta(days=30))


def retablie(monde: Monde, vie: Vie) -> None:
    """Une sortie retirée par erreur, puis rétablie en retirant l’annulation."""
    etape, session = _entrer(monde, vie)
    sortie = vie.sortir(
        session.debut_le + timedelta(days=30), etape, session.organisme, "TERME_ATTEINT"
    )
    annulation = vie.annuler(session.debut_le + timedelta(days=32), sortie, "SUPPRIME_A_LA_SOURCE")
    vie.annuler(session.debut_le + timedelta(days=33), annulation, "ERREUR_SAISIE")


def venue_d_elle_meme(monde: Monde, vie: Vie) -> None:
    """Personne ne l’a orientée : l’organisme dit son entrée, l’étape s’en déduit."""
    session = _passee(monde, "PROFESSIONNALISANT")
    vie.ouvrir(session.debut_le + timedelta(days=8), "Valider un début de formation")
    vie.entrer(session.debut_le, Etape("NON_COMMUNIQUE", session), session)


def en_formation(monde: Monde, vie: Vie) -> None:
    """En entrée permanente chez le premier organisme : c’est d’elle que parle l’exemple."""
    organisme = monde.pile.de_role("organisme_formation")[0]
    entree = monde.aujourd_hui - timedelta(days=20)
    etape = Etape("PREPARATOIRE")
    vie.ouvrir(entree - timedelta(days=12), "Reprendre confiance et préparer un métier")
    vie.prescrire(entree - timedelta(days=12), etape, DOMAINES[etape.type_etape])
    fin = (entree + timedelta(days=70)).isoformat()
    vie.geste("suivi.entree_effective", entree, organisme, etape, fin_prevue_le=fin)


EN_FORMATION = "En formation aujourd’hui"
REMARQUABLES: dict[str, Callable[[Monde, Vie], None]] = {
    "Un parcours entier, de l’ouverture à l’emploi": entiere,
    "Un parcours en conflit : deux sorties dites": en_conflit,
    "Un parcours à peine ouvert": a_peine_ouverte,
    "Un fait inattendu": inattendue,
    "Une sortie retirée, puis rétablie": retablie,
    "Une étape déduite": venue_d_elle_meme,
    EN_FORMATION: en_formation,
}


def _placer(monde: Monde, vie: Vie) -> tuple[Etape, Session]:
    session = _passee(monde, "PREPARATOIRE")
    etape, le = Etape(session.type_etape), session.debut_le - timedelta(days=30)
    vie.ouvrir(le, "Reprendre une formation")
    vie.prescrire(le, etape, DOMAINES[etape.type_etape])
    vie.positionner(le + timedelta(days=3), etape, session)
    vie.accepter(le + timedelta(days=9), etape, session)
    return etape, session


def _entrer(monde: Monde, vie: Vie) -> tuple[Etape, Session]:
    etape, session = _placer(monde, vie)
    vie.entrer(session.debut_le, etape, session)
    return etape, session


def _passee(monde: Monde, type_etape: str) -> Session:
    """Une session d’il y a quelques mois."""
    avant = monde.aujourd_hui - timedelta(days=60)
    return [s for s in monde.offre if s.type_etape == type_etape and s.debut_le < avant][-1]


def _deux_sessions(monde: Monde) -> tuple[Session, Session]:
    """Une session certifiante d’il y a plus d’un an, et la suivante, ailleurs."""
    avant = monde.aujourd_hui - timedelta(days=400)
    certifiantes = [s for s in monde.offre if s.type_etape == "CERTIFIANT"]
    refusee = [s for s in certifiantes if s.debut_le < avant][-1]
    apres = refusee.debut_le
    placee = next(
        s for s in certifiantes if s.debut_le >= apres and s.organisme != refusee.organisme
    )
    return refusee, placee
