"""Un organisme connaît la personne par un numéro ; son fait trouve le parcours tout seul."""

from datetime import timedelta
from uuid import uuid4

from deploy.embedded.stack import Stack
from kit.clock import now
from tests.parcours.acteurs import SEUL, Acteurs, attendre
from tests.parcours.gestes import CONSEIL

NUMERO = {"systeme": "i-milo", "valeur": f"N{uuid4().hex[:12]}"}


async def test_un_fait_rejoint_son_parcours_quand_le_conseiller_dit_le_numero(pile: Stack):
    async with Acteurs(pile) as acteurs:
        declaree = await acteurs.demander(
            CONSEIL, "orientation", "/v1/beneficiaires", nom="Ourlet", prenom="Cassandre"
        )
        personne = declaree["beneficiaire_id"]
        ouvert = await acteurs.demander(
            CONSEIL,
            "orientation",
            "/v1/parcours",
            beneficiaire_id=personne,
            objectif="Couturière",
            survenu_le=(now() - timedelta(days=40)).isoformat(),
        )
        chemin = f"/v1/parcours/{ouvert['parcours_id']}/chronologie"

        en_attente = await _dire(acteurs, jours=20)
        await acteurs.demander(
            CONSEIL, "orientation", f"/v1/beneficiaires/{personne}/identifiants", **NUMERO
        )
        types = await attendre(lambda: _types(acteurs, chemin), lambda lus: len(lus) == 2)
        connu = await _dire(acteurs, jours=10)
        texte = await acteurs.texte(CONSEIL, "suivi", chemin)

    assert en_attente == (202, "en_attente")
    assert types == ["parcours.ouvert", "suivi.entree_effective"]
    assert connu == (201, "nouveau")
    assert NUMERO["valeur"] not in texte[1]


async def _dire(acteurs: Acteurs, jours: int) -> tuple[int, str]:
    qui = next(une["nom"] for une in acteurs.organisations if une["role"] == "organisme_formation")
    fait = acteurs.fait(
        qui,
        "suivi.entree_effective",
        f"e-{uuid4().hex}",
        "",
        now() - timedelta(days=jours),
        beneficiaire_ref=NUMERO,
    )
    del fait["subject"]
    statut, recu = await acteurs.appeler("POST", qui, "suivi", "/v1/evenements", fait, nature=SEUL)
    return statut, recu["resultat"]


async def _types(acteurs: Acteurs, chemin: str) -> list[str]:
    """Ce que dit la chronologie ; rien tant que le journal ne connaît pas ce parcours."""
    statut, lue = await acteurs.appeler("GET", CONSEIL, "suivi", chemin)
    return [ligne["nom"] for ligne in lue["evenements"]] if statut == 200 else []
