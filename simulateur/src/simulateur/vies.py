"""Ce qu’une personne vit : les gestes de chacun, avec leurs dates. Rien n’est encore envoyé."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, TypeVar

from kit.clock import PARIS
from simulateur.client import Organisation
from simulateur.donnees import lire
from simulateur.offre import Session
from simulateur.personnes import Personne

T = TypeVar("T")
PAROLES = lire("paroles")

OUVERTURE = "parcours.ouvert"
ORIENTATION = "orientation.orientation_prononcee"
DEMANDE = "positionnement.demande"
AVIS = "positionnement.avis_favorable"
REFUS = "positionnement.refus_argumente"
RESERVATION = "inscription.place_reservee"
GARANTIE = "inscription.garantie"
ENTREE = "suivi.entree_effective"
SUSPENSION = "suivi.suspension_prononcee"
ATTESTATION = "suivi.attestation_competences_delivree"
SAISINE = "passerelle.saisine_deposee"
DECISION = "passerelle.decision_rendue"
REPRISE = "suivi.reprise_effective"
ABANDON = "suivi.abandon_constate"
SORTIE = "suivi.sortie_effective"
CERTIFICATION = "certification.resultat_prononce"
EMPLOI = "emploi.retour_emploi_declare"
CORRECTION = "evenement.corrige"
ANNULATION = "evenement.annule"

# Decisions, and what a partner's own system may also have done (door F C).
DECISIONS = {OUVERTURE, RESERVATION, GARANTIE, SAISINE, DECISION}
ICI_OU_AILLEURS = {ORIENTATION, DEMANDE, AVIS, REFUS}


@dataclass(eq=False)
class Etape:
    """Une étape vécue ; la session est la dernière où l’on a placé la personne."""

    type_etape: str
    session: Session | None = None


@dataclass(eq=False)
class Geste:
    """Ce que quelqu’un décide ou dit, un jour. `cible` : le geste qu’il rectifie."""

    nom: str
    le: datetime
    qui: Organisation
    etape: Etape | None
    session: Session | None
    data: Mapping[str, Any]
    cible: "Geste | None" = None


@dataclass(eq=False)
class Vie:
    """La vie d’une personne. `ailleurs` : son conseiller et ses organismes ont leur système."""

    personne: Personne
    hasard: Random
    ailleurs: bool = False
    libelle: str = ""
    gestes: list[Geste] = field(default_factory=list)

    @property
    def conseiller(self) -> Organisation:
        return self.personne.conseiller

    def arrive(self, pourcent: int) -> bool:
        """Ce qui arrive à tant de personnes sur cent."""
        return self.hasard.random() * 100 < pourcent

    def jours(self, de: int, a: int) -> timedelta:
        return timedelta(days=self.hasard.randint(de, a))

    def tirer(self, poids: Mapping[T, int]) -> T:
        return self.hasard.choices(list(poids), list(poids.values()))[0]

    def arreter(self, maintenant: datetime) -> None:
        """Oublier ce qui n’est pas encore arrivé."""
        self.gestes = [geste for geste in self.gestes if geste.le <= maintenant]

    def commande(self, geste: Geste) -> bool:
        return geste.nom in DECISIONS or (geste.nom in ICI_OU_AILLEURS and not self.ailleurs)

    def geste(
        self, nom: str, le: date, qui: Organisation, etape: Etape | None = None, **data: object
    ) -> Geste:
        """Un geste de plus, ce jour-là, à une heure de bureau."""
        moment = time(self.hasard.randint(8, 17), self.hasard.randint(0, 59), tzinfo=PARIS)
        instant = datetime.combine(le, moment)
        fait = Geste(nom, instant, qui, etape, etape.session if etape else None, data)
        self.gestes.append(fait)
        return fait

    def ouvrir(self, le: date, objectif: str) -> Geste:
        publics = list(self.personne.publics)
        return self.geste(OUVERTURE, le, self.conseiller, objectif=objectif, publics_cibles=publics)

    def prescrire(self, le: date, etape: Etape, domaine: str) -> Geste:
        axe = 1 if etape.type_etape == "CERTIFIANT" else 2
        nature = {"type_etape": etape.type_etape, "axe": axe, "domaine": domaine}
        return self.geste(ORIENTATION, le, self.conseiller, etape, **nature)

    def positionner(self, le: date, etape: Etape, session: Session) -> Geste:
        etape.session = session
        canal = self.hasard.choice(["ENTRETIEN", "TELEPHONE", "SYSTEME_PARTENAIRE"])
        return self.geste(DEMANDE, le, self.conseiller, etape, modalite="PRESENTIEL", canal=canal)

    def accepter(self, le: date, etape: Etape, session: Session) -> Geste:
        prevue = session.debut_le.isoformat()
        return self.geste(AVIS, le, session.organisme, etape, entree_prevue_le=prevue)

    def refuser(self, le: date, etape: Etape, session: Session, autre: Session | None) -> Geste:
        """Un refus, ses raisons, et une autre session, ou pourquoi il n’y en a pas."""
        motif, diagnostic = self.hasard.choice(PAROLES["diagnostics"])
        suite: dict[str, object] = {"sans_alternative": "RENVOI_AU_PRESCRIPTEUR"}
        if autre:
            proposee = {
                "type": "AUTRE_SESSION",
                "session_id": str(autre.id),
                "organisme": autre.organisme.organisme,
            }
            suite = {"alternatives": [proposee]}
        suite |= {"motif": motif, "diagnostic": diagnostic}
        return self.geste(REFUS, le, session.organisme, etape, **suite)

    def reserver(self, le: date, etape: Etape) -> Geste:
        return self.geste(RESERVATION, le, self.conseiller, etape)

    def garantir(self, le: date, etape: Etape, session: Session) -> Geste:
        prevue, heures = session.debut_le.isoformat(), session.formation["heures"]
        return self.geste(
            GARANTIE, le, session.organisme, etape, entree_prevue_le=prevue, heures_prevues=heures
        )

    def entrer(self, le: date, etape: Etape, session: Session) -> Geste:
        return self.geste(
            ENTREE,
            le,
            session.organisme,
            etape,
            heures_prevues=session.formation["heures"],
            fin_prevue_le=session.fin_le.isoformat(),
            nouveau_plan=True,
        )

    def suspendre(self, le: date, etape: Etape, qui: Organisation, jusqu_au: date) -> Geste:
        motifs = ["EMPLOI_COURT", "MALADIE", "MATERNITE_PATERNITE", "PARENTALITE_GARDE"]
        motif = self.hasard.choice([*motifs, "MOBILITE", "LOGEMENT"])
        fin = jusqu_au.isoformat()
        return self.geste(SUSPENSION, le, qui, etape, motif=motif, fin_prevue_le=fin)

    def attester(self, le: date, etape: Etape, qui: Organisation) -> Geste:
        competences = self.hasard.sample(PAROLES["competences"], 2)
        return self.geste(ATTESTATION, le, qui, etape, competences=competences)

    def saisir(self, le: date, etape: Etape, comite: Organisation, vers: Organisation) -> Geste:
        demande = {
            "etape_visee": {
                "type_etape": etape.type_etape,
                "organisme_formateur": vers.organisme,
            },
            "comite": comite.organisme,
            "bilan": "Motivée, elle a trouvé une solution de garde plus près de chez elle.",
        }
        return self.geste(SAISINE, le, self.conseiller, etape, **demande)

    def decider(
        self, le: date, etape: Etape, comite: Organisation, decision: str, reprise_le: date
    ) -> Geste:
        suite: dict[str, object] = {"mise_en_oeuvre_le": reprise_le.isoformat()}
        if decision == "VALIDEE_SOUS_CONDITIONS":
            suite["conditions"] = ["Un point avec le référent chaque semaine du premier mois"]
        if decision in {"REORIENTEE", "NON_VALIDEE"}:
            suite["alternative"] = "Une immersion de deux semaines avant une nouvelle demande"
        return self.geste(
            DECISION,
            le,
            comite,
            etape,
            decision=decision,
            motivation="Les acquis attestés permettent de reprendre sans recommencer.",
            quorum={"presents": 4, "membres": 6},
            **suite,
        )

    def reprendre(self, le: date, etape: Etape, chez: Organisation, statut: str) -> Geste:
        """Reprendre ici ou ailleurs ; ailleurs, la session n’est plus celle du positionnement."""
        if statut == "AUTRE_ORGANISME":
            etape.session = None
        return self.geste(
            REPRISE,
            le,
            chez,
            etape,
            organisme=chez.organisme,
            statut=statut,
            acquis_repris=True,
        )

    def abandonner(self, le: date, etape: Etape, qui: Organisation, motif: str) -> Geste:
        qualification = self.personne.qualification
        return self.geste(ABANDON, le, qui, etape, motif=motif, qualification=qualification)

    def sortir(self, le: date, etape: Etape, qui: Organisation, nature: str) -> Geste:
        return self.geste(SORTIE, le, qui, etape, nature=nature)

    def certifier(
        self, le: date, etape: Etape, qui: Organisation, resultat: str, code: str | None
    ) -> Geste:
        return self.geste(
            CERTIFICATION, le, qui, etape, code=code, resultat=resultat, voie="FORMATION"
        )

    def travailler(
        self, le: date, contrat: str, heures: int | None, fin_le: date | None, source: str
    ) -> Geste:
        """Un travail, dont on ne sait que le jour."""
        geste = self.geste(
            EMPLOI,
            le,
            self.conseiller,
            type_contrat=contrat,
            heures_hebdo=heures,
            fin_le=fin_le and fin_le.isoformat(),
            source_information=source,
        )
        geste.le = datetime.combine(le, time(12, tzinfo=PARIS))
        return geste

    def corriger(self, le: date, cible: Geste, champs: Mapping[str, object]) -> Geste:
        """Corriger des champs, chacun dit par son pointeur : `/time`, `/data/nature`."""
        rectification = self.geste(CORRECTION, le, cible.qui, champs=champs, motif="ERREUR_SAISIE")
        rectification.cible = cible
        return rectification

    def annuler(self, le: date, cible: Geste, motif: str) -> Geste:
        rectification = self.geste(ANNULATION, le, cible.qui, motif=motif)
        rectification.cible = cible
        return rectification
