"""Les événements d’une histoire, chacun avec ses portes, à dire dans n’importe quel ordre."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from kit.clock import PARIS
from tests.parcours.acteurs import Acteurs

CONSEIL, COMITE = "Mission locale des Monts", "Comité passerelle"
REPREND = "Gier Numérique"
PREMIER_JOUR = datetime(2024, 1, 8, 9, tzinfo=PARIS)

Donnees = dict[str, Any]


@dataclass(frozen=True)
class Commande:
    """Une route ; ce qu’il faut avoir en main pour la demander ; ce qu’elle y met."""

    service: str
    chemin: str
    requis: str = "parcours"
    cree: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Geste:
    """Ce qui se dit, un jour.

    `au_fait` : ce que le fait dit de plus que la commande, s’il a les deux portes. `suit` : le
    geste sans lequel le service ne connaît pas ce dont on lui parle.
    """

    nom: str
    jour: int
    qui: str
    data: Donnees = field(default_factory=dict)
    commande: Commande | None = None
    au_fait: Donnees | None = None
    suit: str = ""

    @property
    def le(self) -> datetime:
        return PREMIER_JOUR + timedelta(days=self.jour)


def ouverture(beneficiaire_id: str) -> Geste:
    return Geste(
        "parcours.ouvert",
        0,
        CONSEIL,
        {"beneficiaire_id": beneficiaire_id, "objectif": "Devenir couturière"},
        Commande("orientation", "/v1/parcours", cree=("parcours_id", "parcours")),
    )


def gestes(acteurs: Acteurs, refusee: Donnees, placee: Donnees) -> dict[str, Geste]:
    """L’histoire. Ce qui est entre accolades est l’identifiant que l’on aura en main."""
    etape, ici, la = (
        {"etape_id": "{etape}"},
        {"session_id": refusee["session_id"]},
        {"session_id": placee["session_id"]},
    )
    chez_eux, chez_nous = refusee["chez"], placee["chez"]
    prescrire, demander = (
        f"/v1/parcours/{{parcours}}/{quoi}" for quoi in ("orientations", "positionnements")
    )
    return {
        "orientation": Geste(
            "orientation.orientation_prononcee",
            2,
            CONSEIL,
            {"type_etape": "CERTIFIANT", "axe": 1, "domaine": "Confection"},
            Commande("orientation", prescrire, cree=("etape_id", "etape")),
            etape,
        ),
        "demande": Geste(
            "positionnement.demande",
            5,
            CONSEIL,
            {**etape, **ici, "canal": "ENTRETIEN"},
            Commande("orientation", demander, "etape", ("positionnement_id", "premier")),
            {"organisme_formateur": acteurs.organisme(chez_eux)},
            "orientation",
        ),
        "refus": Geste(
            "positionnement.refus_argumente",
            12,
            chez_eux,
            {
                "motif": "FREIN_MOBILITE",
                "diagnostic": "Sans transport à ces horaires, elle ne peut pas venir jusqu’ici.",
                "alternatives": [{"type": "AUTRE_SESSION", **la}],
            },
            Commande("orientation", "/v1/positionnements/{premier}/refus", "premier"),
            ici,
            "demande",
        ),
        "redemande": Geste(
            "positionnement.demande",
            15,
            CONSEIL,
            {**etape, **la, "canal": "TELEPHONE"},
            Commande("orientation", demander, "etape", ("positionnement_id", "second")),
            {"organisme_formateur": acteurs.organisme(chez_nous)},
            "orientation",
        ),
        "avis": Geste(
            "positionnement.avis_favorable",
            20,
            chez_nous,
            {"entree_prevue_le": "2024-03-04"},
            Commande("orientation", "/v1/positionnements/{second}/avis-favorable", "second"),
            la,
            "redemande",
        ),
        "place": Geste(
            "inscription.place_reservee",
            22,
            CONSEIL,
            {"parcours_id": "{parcours}", **etape},
            Commande(
                "inscription",
                f"/v1/sessions/{placee['session_id']}/reservations",
                "etape",
                ("reservation_id", "reservation"),
            ),
        ),
        "garantie": Geste(
            "inscription.garantie",
            25,
            chez_nous,
            {"entree_prevue_le": "2024-03-04", "heures_prevues": 700},
            Commande("inscription", "/v1/reservations/{reservation}/garantie", "reservation"),
        ),
        "entree": Geste("suivi.entree_effective", 56, chez_nous, {**la, "nouveau_plan": True}),
        "suspension": Geste(
            "suivi.suspension_prononcee", 90, chez_nous, {**la, "motif": "LOGEMENT"}
        ),
        "attestation": Geste(
            "suivi.attestation_competences_delivree",
            92,
            chez_nous,
            {**la, "competences": ["Monter une pièce simple"]},
        ),
        "saisine": Geste(
            "passerelle.saisine_deposee",
            100,
            CONSEIL,
            {
                "parcours_id": "{parcours}",
                **etape,
                "etape_visee": {"organisme_formateur": acteurs.organisme(REPREND)},
                "comite": acteurs.organisme(COMITE),
            },
            Commande("passerelle", "/v1/saisines", "etape", ("saisine_id", "saisine")),
        ),
        "decision": Geste(
            "passerelle.decision_rendue",
            112,
            COMITE,
            {
                "decision": "VALIDEE",
                "motivation": "Elle peut finir ailleurs sans recommencer.",
                "quorum": {"presents": 5, "membres": 6},
            },
            Commande("passerelle", "/v1/saisines/{saisine}/decision", "saisine"),
        ),
        "reprise": Geste(
            "suivi.reprise_effective",
            120,
            REPREND,
            {**la, "statut": "AUTRE_ORGANISME", "organisme": acteurs.organisme(REPREND)},
        ),
        "mauvaise sortie": Geste(
            "suivi.sortie_effective", 150, REPREND, {**la, "nature": "ABANDON"}
        ),
        "annulation": Geste(
            "evenement.annule",
            152,
            REPREND,
            {"cible": "{mauvaise sortie}", "motif": "MAUVAISE_PERSONNE"},
        ),
        "sortie": Geste("suivi.sortie_effective", 190, REPREND, {**la, "nature": "TERME_ATTEINT"}),
        "jury": Geste(
            "certification.resultat_prononce", 200, REPREND, {**la, "resultat": "TOTALE"}
        ),
        "emploi": Geste(
            "emploi.retour_emploi_declare",
            230,
            CONSEIL,
            {"type_contrat": "CDI", "heures_hebdo": 35},
        ),
        "correction": Geste(
            "evenement.corrige",
            235,
            REPREND,
            {
                "cible": "{sortie}",
                "champs": {"/time": (PREMIER_JOUR + timedelta(days=188)).isoformat()},
                "motif": "ERREUR_SAISIE",
            },
        ),
    }
