"""L’histoire d’une personne, dite par les API publiques et suivie partout où elle se voit."""

import time
from datetime import date, timedelta
from secrets import token_hex
from typing import Any

import aiohttp

from deploy.embedded.stack import Stack
from deploy.prepare import SERVICES
from tests.parcours.acteurs import Acteurs, attendre
from tests.parcours.histoire import CONSEIL, PUBLIC, Histoire
from tests.parcours.recepteur import Recepteur, recepteur

REGION = "Région"
CHRONOLOGIE = [
    "parcours.ouvert",
    "orientation.orientation_prononcee",
    "positionnement.demande",
    "positionnement.refus_argumente",
    "positionnement.demande",
    "positionnement.avis_favorable",
    "inscription.place_reservee",
    "inscription.garantie",
    "suivi.entree_effective",
    "suivi.suspension_prononcee",
    "suivi.attestation_competences_delivree",
    "passerelle.saisine_deposee",
    "passerelle.decision_rendue",
    "suivi.reprise_effective",
    # Said a month later, then corrected: the timeline shows it where it really was.
    "suivi.sortie_effective",
    "certification.resultat_prononce",
    "emploi.retour_emploi_declare",
    "evenement.corrige",
]
# What her journey adds to each figure: numerator and denominator.
CHIFFRES = {
    "taux_acces_3m": (1, 1),
    "taux_acces_6m": (1, 1),
    "taux_acces_12m": (1, 1),
    "taux_abandon": (0, 1),
    "taux_certification_net": (1, 1),
    "acces_emploi_6m": (1, 1),
    "acces_emploi_12m": (1, 1),
    "delai_entre_etapes": (0, 0),  # no étape is to follow hers
    "aes_realisees": (1, 1),
    "parcours_engages": (1, 1),
}


async def test_une_histoire_se_lit_partout(pile: Stack):
    trace, racine = token_hex(16), token_hex(8)
    debut = time.time_ns()
    async with (
        Acteurs(pile, {"traceparent": f"00-{trace}-{racine}-01"}) as acteurs,
        recepteur(acteurs, CONSEIL) as ecoute,
    ):
        refusee, placee = await acteurs.deux_sessions()
        await acteurs.ouvrir_des_places(placee, 1)
        histoire = Histoire(acteurs, refusee, placee)
        ailleurs = histoire.un_autre_organisme()
        avant = await _chiffres(acteurs)

        await histoire.ouvrir()
        await histoire.positionner()
        await histoire.inscrire()
        await histoire.suivre(ailleurs)
        await histoire.finir(ailleurs)

        await _verifier_les_chiffres(acteurs, avant, histoire.le(170).date())
        await histoire.corriger(ailleurs)
        await _verifier_les_chiffres(acteurs, avant, histoire.le(138).date())
        lignes = await _verifier_la_chronologie(acteurs, histoire)
        await _verifier_les_webhooks(acteurs, ecoute, histoire, lignes, trace)
    await _dire_sa_racine(pile, trace, racine, debut)
    await _verifier_la_trace(pile, trace)


async def _chiffres(acteurs: Acteurs) -> dict[str, Any]:
    fin = date.today()  # noqa: DTZ011 - to the month
    debut = fin - timedelta(days=800)
    periode = f"debut={debut:%Y-%m}&fin={fin:%Y-%m}&public={PUBLIC}"
    lus = await acteurs.lire(REGION, "indicateurs", f"/v1/indicateurs?{periode}")
    return {chiffre["nom"]: chiffre for chiffre in lus}


async def _verifier_les_chiffres(acteurs: Acteurs, avant: dict[str, Any], sortie: date) -> None:
    """Chaque chiffre a bougé d’elle, et sa sortie compte dans le mois que voici."""

    def ecarts(lus: dict[str, Any]) -> dict[str, tuple[int, int]]:
        membres = ("numerateur", "denominateur")
        return {
            nom: tuple(lus[nom][membre] - avant[nom][membre] for membre in membres)
            for nom in CHIFFRES
        }

    def du_mois(lus: dict[str, Any]) -> int:
        serie = {point["mois"]: point["denominateur"] for point in lus["taux_abandon"]["serie"]}
        return serie.get(f"{sortie:%Y-%m}-01", 0)

    deja = du_mois(avant)
    lus = await attendre(
        lambda: _chiffres(acteurs),
        lambda lus: ecarts(lus) == CHIFFRES and du_mois(lus) == deja + 1,
    )

    assert ecarts(lus) == CHIFFRES
    assert du_mois(lus) == deja + 1


async def _verifier_la_chronologie(acteurs: Acteurs, histoire: Histoire) -> list[dict[str, Any]]:
    chemin = f"/v1/parcours/{histoire.parcours}"
    chronologie = await attendre(
        lambda: acteurs.lire(CONSEIL, "suivi", f"{chemin}/chronologie"),
        lambda lue: len(lue["evenements"]) == len(CHRONOLOGIE),
    )
    lignes: list[dict[str, Any]] = chronologie["evenements"]
    etat = await acteurs.lire(CONSEIL, "suivi", chemin)

    assert [ligne["nom"] for ligne in lignes] == CHRONOLOGIE
    assert [ligne["causationid"] for ligne in lignes] == histoire.causes()
    assert [ligne["nom"] for ligne in lignes if ligne["corrections"]] == ["suivi.sortie_effective"]
    assert etat["etat"] == "EN_EMPLOI"
    assert etat["anomalies"] == []
    return lignes


async def _verifier_les_webhooks(
    acteurs: Acteurs,
    ecoute: Recepteur,
    histoire: Histoire,
    lignes: list[dict[str, Any]],
    trace: str,
) -> None:
    """Chaque événement est arrivé, signé, sans ses données ; le `dataref` les donne."""
    attendus = {(ligne["source"], ligne["id"]) for ligne in lignes}

    async def recus() -> set[tuple[str, str]]:
        return {(recu.evenement["source"], recu.evenement["id"]) for recu in ecoute.recus.values()}

    assert await attendre(recus, lambda lus: lus >= attendus) == attendus
    for recu in ecoute.recus.values():
        assert recu.trace.split("-")[1] == trace
        assert "data" not in recu.evenement
        chemin = recu.evenement["dataref"].removeprefix(acteurs.url("suivi"))
        entier = await acteurs.lire(CONSEIL, "suivi", chemin)
        minces = ("id", "source", "type", "subject")
        assert {nom: entier[nom] for nom in minces} == {nom: recu.evenement[nom] for nom in minces}
        assert entier["subject"] == histoire.parcours


async def _dire_sa_racine(pile: Stack, trace: str, racine: str, debut: int) -> None:
    """Le client envoie lui aussi son span : celui que tous les autres ont pour ancêtre."""
    span = {
        "traceId": trace,
        "id": racine,
        "name": "histoire",
        "timestamp": debut // 1000,
        "duration": (time.time_ns() - debut) // 1000,
        "localEndpoint": {"serviceName": "client"},
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{pile.zipkin.url}/api/v2/spans", json=[span]) as reponse,
    ):
        assert reponse.status == 202


async def _verifier_la_trace(pile: Stack, trace: str) -> None:
    """Une seule trace : les cinq services, le webhook, et chaque parent nommé s’y trouve."""

    async def spans() -> list[dict[str, Any]]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{pile.zipkin.url}/api/v2/trace/{trace}") as reponse,
        ):
            return await reponse.json() if reponse.status == 200 else []

    def services(lus: list[dict[str, Any]]) -> set[str]:
        return {span["localEndpoint"]["serviceName"] for span in lus}

    def orphelins(lus: list[dict[str, Any]]) -> set[str]:
        return {span["parentId"] for span in lus if "parentId" in span} - {s["id"] for s in lus}

    def webhooks(lus: list[dict[str, Any]]) -> int:
        return sum(span["name"] == "webhook" for span in lus)

    lus = await attendre(
        spans,
        lambda lus: (
            {*SERVICES, "client"} <= services(lus)
            and webhooks(lus) >= len(CHRONOLOGIE)
            and not orphelins(lus)
        ),
    )

    assert services(lus) == {*SERVICES, "client"}
    assert webhooks(lus) >= len(CHRONOLOGIE)
    assert orphelins(lus) == set()
