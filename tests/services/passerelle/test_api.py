"""La porte du comité passerelle : une saisine, une décision, et qui les lit."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kit.clock import now
from passerelle import projections
from tests.contracts import faits
from tests.contracts.faits import ETAPE, le
from tests.fabriques import (
    AUTRE_ORGANISME,
    CAP_EMPLOI,
    COMITE,
    MISSION_LOCALE,
    ORGANISME,
    siret,
)
from tests.services.conftest import Porte, appris, ensemble

BILAN = "Nadia maîtrise la soudure à l’arc, pas encore le TIG."
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
MOTIVATION = "Les acquis attestés suffisent pour reprendre."
DECISION: dict[str, Any] = {
    "decision": "VALIDEE",
    "motivation": MOTIVATION,
    "conditions": [],
    "mise_en_oeuvre_le": "2026-11-02",
    "quorum": {"presents": 5, "membres": 7},
    "membres": [{"siret": siret(CAP_EMPLOI)}],
    "organisme_formateur": {"siret": siret(AUTRE_ORGANISME)},
}


class Comite:
    """La mission locale saisit, le comité décide."""

    def __init__(self, porte: Porte) -> None:
        self.porte = porte
        self.parcours_id = str(uuid4())

    async def commencer(self) -> "Comite":
        self.conseil = await self.porte.de(MISSION_LOCALE)
        self.hote = await self.porte.de(COMITE)
        self.membre = await self.porte.de(CAP_EMPLOI)
        self.designe = await self.porte.de(AUTRE_ORGANISME)
        self.etranger = await self.porte.de(ORGANISME)
        return self

    def demande(self, **change: Any) -> dict[str, Any]:
        return {
            "parcours_id": self.parcours_id,
            "etape_id": str(ETAPE),
            "etape_visee": {"type_etape": "CERTIFIANT"},
            "comite": {"siret": siret(COMITE)},
            "bilan": BILAN,
            "attestation": {"source": ORGANISME, "id": "attestation-1"},
            "urgence": True,
        } | change

    async def saisir(self) -> dict[str, Any]:
        depot = await self.conseil.post("/v1/saisines", json=self.demande())
        assert depot.status_code == 201, depot.text
        corps: dict[str, Any] = depot.json()
        return corps

    async def decider(
        self,
        saisine_id: str,
        par: AsyncClient | None = None,
        **change: Any,
    ) -> Response:
        lieu = f"/v1/saisines/{saisine_id}/decision"
        return await (par or self.hote).post(lieu, json=DECISION | change)


@pytest.fixture
async def comite(ouvrir_porte: Callable[[str], Porte]) -> Comite:
    return await Comite(ouvrir_porte("passerelle")).commencer()


async def test_une_saisine_puis_sa_decision_qui_en_vient(comite: Comite):
    comite.hote.headers["traceparent"] = TRACE
    depot = await comite.saisir()

    rendue = await comite.decider(depot["saisine_id"])

    assert rendue.status_code == 201
    assert await comite.porte.traces(comite.parcours_id) == [None, TRACE]
    saisine, decision = await comite.porte.journal(comite.parcours_id)
    assert depot["evenement"] == {"source": "urn:sanscouture:passerelle", "id": saisine.id}
    assert decision.causationid == f"urn:sanscouture:passerelle {saisine.id}"
    assert (saisine.organisation, decision.organisation) == (MISSION_LOCALE, COMITE)
    assert saisine.data.attestation.id == "attestation-1"
    assert {saisine.data.confidences, decision.data.confidences} == {("bilan",), ("motivation",)}
    for evenement in (saisine, decision):
        assert BILAN not in evenement.model_dump_json()
        assert MOTIVATION not in evenement.model_dump_json()


async def test_deux_decisions_a_la_fois_cent_fois_en_font_une(comite: Comite):
    for _ in range(100):
        comite.parcours_id = str(uuid4())
        saisine_id = (await comite.saisir())["saisine_id"]

        reponses = await ensemble(*[partial(comite.decider, saisine_id)] * 2)

        assert sorted(reponse.status_code for reponse in reponses) == [201, 409]
        assert {r.json().get("code") for r in reponses} == {None, "DECISION_DEJA_RENDUE"}
        assert len(await comite.porte.journal(comite.parcours_id)) == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quorum": {"presents": 3, "membres": 7}}, "QUORUM_NON_ATTEINT"),
        ({"quorum": {"presents": 8, "membres": 7}}, "QUORUM_INCOHERENT"),
        ({"decision": "VALIDEE_SOUS_CONDITIONS"}, "CONDITIONS_ATTENDUES"),
        ({"decision": "NON_VALIDEE"}, "ALTERNATIVE_ATTENDUE"),
        ({"decision": "REORIENTEE"}, "ALTERNATIVE_ATTENDUE"),
    ],
)
async def test_une_regle_refuse_et_la_saisine_attend_toujours(
    comite: Comite, change: dict[str, Any], code: str
):
    saisine_id = (await comite.saisir())["saisine_id"]

    refus = await comite.decider(saisine_id, **change)

    assert (refus.status_code, refus.json()["code"]) == (409, code)
    assert (await comite.decider(saisine_id)).status_code == 201


async def test_le_comite_saisi_seul_decide_et_les_parties_seules_lisent(comite: Comite):
    saisine_id = (await comite.saisir())["saisine_id"]
    lieu = f"/v1/saisines/{saisine_id}"

    decisions = [
        await comite.decider(saisine_id, par=client)
        for client in (comite.conseil, comite.membre, comite.etranger)
    ]
    avant = [(await client.get(lieu)).status_code for client in (comite.membre, comite.designe)]
    await comite.decider(saisine_id)
    apres = [(await client.get(lieu)).status_code for client in (comite.membre, comite.designe)]

    assert [decision.status_code for decision in decisions] == [404] * 3
    assert (avant, apres) == ([404, 404], [200, 200])
    assert (await comite.etranger.get(lieu)).status_code == 404
    assert await comite.porte.lecteurs(saisine_id) == [CAP_EMPLOI, AUTRE_ORGANISME]


async def test_bilan_et_motivation_se_lisent_chez_les_parties(comite: Comite):
    depot = await comite.saisir()
    rendue = (await comite.decider(depot["saisine_id"])).json()
    bilan, motivation = (
        "/v1/confidences/{source}/{id}".format(**recu["evenement"]) for recu in (depot, rendue)
    )

    for client in (comite.conseil, comite.hote, comite.membre):
        assert (await client.get(bilan)).json() == {"bilan": BILAN}
        assert (await client.get(motivation)).json() == {"motivation": MOTIVATION}
    for client in (comite.etranger, comite.designe):
        assert (await client.get(bilan)).status_code == 404
        assert (await client.get(motivation)).status_code == 404
    objet = "{source} {id}".format(**rendue["evenement"])
    assert await comite.porte.lecteurs(objet) == [MISSION_LOCALE, COMITE, CAP_EMPLOI]
    assert (await comite.conseil.get(f"/v1/confidences/x/{uuid4()}")).status_code == 404


async def test_saisir_ne_donne_pas_de_lire_le_journal(comite: Comite):
    saisine_id = (await comite.saisir())["saisine_id"]
    async with comite.porte.db.begin() as tx:
        journal = [faits.ouverture(par=ORGANISME), faits.entree(le(1)), faits.suspension(le(3))]
        await projections.apprendre(tx, appris(comite.parcours_id, *journal))

    for client in (comite.conseil, comite.hote):
        vue = (await client.get(f"/v1/saisines/{saisine_id}")).json()
        assert vue["journal"] == {"etat": None, "faits": []}


async def test_la_saisine_montre_ce_que_le_journal_dit_de_l_etape(comite: Comite):
    suspension, attestation = faits.suspension(le(3)), faits.attestation(le(4))
    saisine_id = (await comite.saisir())["saisine_id"]
    lieu = f"/v1/saisines/{saisine_id}"
    avant = (await comite.hote.get(lieu)).json()
    async with comite.porte.db.begin() as tx:
        ouverture = faits.ouverture(par=MISSION_LOCALE)
        journal = [ouverture, faits.entree(le(1)), suspension, attestation]
        dits = appris(comite.parcours_id, *journal, faits.sortie(le(9)))
        for _ in range(2):
            await projections.apprendre(tx, dits)

    vue = (await comite.hote.get(lieu)).json()
    referent = await comite.porte.de(faits.REFERENT)

    assert avant["journal"] == {"etat": None, "faits": []}
    assert vue["journal"]["etat"] == "SUSPENDUE"
    assert [fait["evenement"]["id"] for fait in vue["journal"]["faits"]] == [
        suspension.id,
        attestation.id,
    ]
    assert vue["attestation"] == {"source": ORGANISME, "id": "attestation-1"}
    assert (vue["urgence"], vue["decision"]) == (True, None)
    assert (await referent.get(lieu)).status_code == 200


async def test_la_decision_se_lit_avec_la_saisine(comite: Comite):
    saisine_id = (await comite.saisir())["saisine_id"]
    rendue = (await comite.decider(saisine_id)).json()

    vue = (await comite.conseil.get(f"/v1/saisines/{saisine_id}")).json()["decision"]

    assert vue["evenement"] == rendue["evenement"]
    assert vue["quorum"] == DECISION["quorum"]
    assert vue["membres"] == [CAP_EMPLOI]
    assert vue["organisme_formateur"] == AUTRE_ORGANISME
    assert "motivation" not in vue


@pytest.mark.parametrize(
    "faute",
    ["presents = 3", "decision = 'NON_VALIDEE'", "decision = 'VALIDEE_SOUS_CONDITIONS'"],
)
async def test_la_base_elle_meme_refuse_une_decision_contre_les_regles(comite: Comite, faute: str):
    await comite.decider((await comite.saisir())["saisine_id"])

    with pytest.raises(IntegrityError, match="check"):
        async with comite.porte.db.begin() as tx:
            await tx.execute(text(f"update decisions set {faute}"))


async def test_une_demande_mal_faite_dit_ou_sans_rien_repeter(comite: Comite):
    demain = (now() + timedelta(days=1)).isoformat()
    fautes = {"/survenu_le": {"survenu_le": demain}, "/nir": {"nir": "185057800608436"}}
    fautes |= {
        "/comite/siret": {"comite": {"siret": "185057800608436"}},
        "/etape_visee/nir": {"etape_visee": {"nir": "185057800608436"}},
    }

    for pointeur, change in fautes.items():
        refus = await comite.conseil.post("/v1/saisines", json=comite.demande(**change))

        assert refus.status_code == 422
        assert [faute["pointeur"] for faute in refus.json()["erreurs"]] == [pointeur]
        assert "185057" not in refus.text


async def test_il_faut_la_portee_du_comite(comite: Comite):
    autre = await comite.porte.de(MISSION_LOCALE, "evenements:ecrire:inscription")

    refus = await autre.post("/v1/saisines", json=comite.demande())

    assert (refus.status_code, refus.json()["code"]) == (403, "PORTEE_INSUFFISANTE")
