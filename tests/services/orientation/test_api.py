"""La porte de l’orientation : ce qu’un partenaire y demande, et ce qu’on lui répond."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response

from kit.clock import now
from tests.fabriques import AUTRE_ORGANISME, CAP_EMPLOI, MISSION_LOCALE, ORGANISME, siret
from tests.services.conftest import CLE_DE_SERVICE, Porte, ensemble

IDENTITE = {"nom": "Lisière", "prenom": "Nadia", "date_naissance": "2004-05-17"}
SESSION = {
    "intitule": "Titre professionnel de soudeur",
    "rome": "H2913",
    "commune": "69091",
    "debut_le": "2026-10-05",
    "fin_le": "2027-03-26",
    "heures": 735,
    "objectif": "CERTIFIANT",
}
DIAGNOSTIC = "Les calculs d’aires et de volumes ne sont pas encore acquis."
REFUS = {
    "motif": "PREREQUIS_NON_MAITRISES",
    "diagnostic": DIAGNOSTIC,
    "alternatives": [{"type": "REMISE_A_NIVEAU"}],
}


class Histoire:
    """La mission locale prescrit, Cap emploi est référent, l’organisme répond."""

    def __init__(self, porte: Porte) -> None:
        self.porte = porte

    async def commencer(self) -> "Histoire":
        self.conseil = await self.porte.de(MISSION_LOCALE)
        self.referent = await self.porte.de(CAP_EMPLOI)
        self.organisme = await self.porte.de(ORGANISME)
        self.etranger = await self.porte.de(AUTRE_ORGANISME)
        personne = await self.conseil.post("/v1/beneficiaires", json=IDENTITE)
        self.beneficiaire_id = _creee(personne)["beneficiaire_id"]
        ouvert = await self.conseil.post("/v1/parcours", json=self.ouverture())
        self.parcours_id = _creee(ouvert)["parcours_id"]
        self.session_id = await self.publier()
        return self

    def ouverture(self, **change: Any) -> dict[str, Any]:
        return {
            "beneficiaire_id": self.beneficiaire_id,
            "objectif": "Devenir soudeuse",
            "referent": {"role": "CEP", "organisme": {"siret": siret(CAP_EMPLOI)}},
        } | change

    async def publier(self, **change: str) -> str:
        session_id = str(uuid4())
        publiee = await self.organisme.put(f"/v1/sessions/{session_id}", json=SESSION | change)
        assert publiee.status_code == 200, publiee.text
        return session_id

    async def prescrire(self) -> str:
        corps = {"type_etape": "CERTIFIANT", "axe": 1, "domaine": "Soudage"}
        lieu = f"/v1/parcours/{self.parcours_id}/orientations"
        return _creee(await self.conseil.post(lieu, json=corps))["etape_id"]

    async def demander(self, etape_id: str, session_id: str | None = None) -> Response:
        corps = {"etape_id": etape_id, "session_id": session_id or self.session_id}
        lieu = f"/v1/parcours/{self.parcours_id}/positionnements"
        return await self.conseil.post(lieu, json=corps)

    async def positionner(self) -> str:
        return _creee(await self.demander(await self.prescrire()))["positionnement_id"]

    async def repondre(
        self, positionnement_id: str, reponse: str, corps: dict[str, Any] | None = None
    ) -> Response:
        lieu = f"/v1/positionnements/{positionnement_id}/{reponse}"
        return await self.organisme.post(lieu, json=corps or {})


@pytest.fixture
async def histoire(ouvrir_porte: Callable[[str], Porte]) -> Histoire:
    return await Histoire(ouvrir_porte("orientation")).commencer()


async def test_de_l_ouverture_a_l_acceptation_chaque_decision_dit_sa_cause(histoire: Histoire):
    etape_id = await histoire.prescrire()
    premier = _creee(await histoire.demander(etape_id))["positionnement_id"]
    _creee(await histoire.repondre(premier, "refus", REFUS))
    second = _creee(await histoire.demander(etape_id))["positionnement_id"]
    acceptee = _creee(
        await histoire.repondre(second, "avis-favorable", {"entree_prevue_le": "2026-10-05"})
    )

    journal = await histoire.porte.journal(histoire.parcours_id)
    causes = {evenement.id: evenement.causationid for evenement in journal}
    ouvert, prescrit, demande, refus, redemande, accord = journal

    assert [evenement.nom for evenement in journal] == [
        "parcours.ouvert",
        "orientation.orientation_prononcee",
        "positionnement.demande",
        "positionnement.refus_argumente",
        "positionnement.demande",
        "positionnement.avis_favorable",
    ]
    assert causes == {
        ouvert.id: None,
        prescrit.id: f"urn:sanscouture:orientation {ouvert.id}",
        demande.id: f"urn:sanscouture:orientation {prescrit.id}",
        refus.id: f"urn:sanscouture:orientation {demande.id}",
        redemande.id: f"urn:sanscouture:orientation {prescrit.id}",
        accord.id: f"urn:sanscouture:orientation {redemande.id}",
    }
    assert {evenement.correlationid for evenement in journal} == {histoire.parcours_id}
    assert [evenement.organisation for evenement in journal] == [
        MISSION_LOCALE,
        MISSION_LOCALE,
        MISSION_LOCALE,
        ORGANISME,
        MISSION_LOCALE,
        ORGANISME,
    ]
    assert acceptee["evenement"] == {"source": "urn:sanscouture:orientation", "id": accord.id}
    assert "a_completer" not in acceptee or acceptee["a_completer"] == {}


async def test_le_nom_ne_quitte_pas_l_orientation(histoire: Histoire):
    await histoire.prescrire()
    lieu = f"/v1/beneficiaires/{histoire.beneficiaire_id}"

    vu = await histoire.conseil.get(lieu)

    assert vu.json() == {
        "beneficiaire_id": histoire.beneficiaire_id,
        "commune": None,
        **IDENTITE,
    }
    assert (await histoire.referent.get(lieu)).status_code == 404
    assert await histoire.porte.lecteurs(histoire.beneficiaire_id) == [MISSION_LOCALE]
    for evenement in await histoire.porte.journal(histoire.parcours_id):
        assert "Lisière" not in evenement.model_dump_json()


async def test_nos_services_seuls_demandent_un_nom_par_la_porte_interne(histoire: Histoire):
    lieu = f"/interne/beneficiaires/{histoire.beneficiaire_id}"
    service = await histoire.porte.client({"Authorization": f"Bearer {CLE_DE_SERVICE}"})

    vu = await service.get(lieu)

    assert vu.json() == {"id": histoire.beneficiaire_id, "prenom": "Nadia", "nom": "Lisière"}
    assert (await histoire.conseil.get(lieu)).status_code == 401
    assert (await service.get(f"/interne/beneficiaires/{uuid4()}")).status_code == 404


async def test_le_diagnostic_reste_ici_et_se_lit_chez_qui_suit_et_qui_ecrit(histoire: Histoire):
    positionnement_id = await histoire.positionner()
    refus = _creee(await histoire.repondre(positionnement_id, "refus", REFUS))
    lieu = "/v1/confidences/{source}/{id}".format(**refus["evenement"])

    lus = [
        await client.get(lieu)
        for client in (histoire.conseil, histoire.referent, histoire.organisme)
    ]

    assert [lu.json() for lu in lus] == [{"diagnostic": DIAGNOSTIC}] * 3
    assert (await histoire.etranger.get(lieu)).status_code == 404
    objet = "{source} {id}".format(**refus["evenement"])
    assert await histoire.porte.lecteurs(objet) == [MISSION_LOCALE, CAP_EMPLOI, ORGANISME]
    *_, evenement = await histoire.porte.journal(histoire.parcours_id)
    assert evenement.data.confidences == ("diagnostic",)
    assert DIAGNOSTIC not in evenement.model_dump_json()


@pytest.mark.parametrize("autre", [f"urn:sanscouture:suivi/{UUID(int=7)}", "x/y"])
async def test_une_confidence_que_l_on_n_a_pas_est_introuvable(histoire: Histoire, autre: str):
    assert (await histoire.conseil.get(f"/v1/confidences/{autre}")).status_code == 404


async def test_un_refus_dit_ce_qui_lui_manque(histoire: Histoire):
    positionnement_id = await histoire.positionner()

    refus = await histoire.repondre(
        positionnement_id, "refus", {"sans_alternative": "RENVOI_AU_PRESCRIPTEUR"}
    )

    assert list(_creee(refus)["a_completer"]) == ["diagnostic"]


async def test_ce_qui_est_a_un_autre_est_introuvable(histoire: Histoire):
    etape_id = await histoire.prescrire()
    positionnement_id = _creee(await histoire.demander(etape_id))["positionnement_id"]
    placement = {"etape_id": etape_id, "session_id": histoire.session_id}
    etranger, parcours = histoire.etranger, f"/v1/parcours/{histoire.parcours_id}"
    reponse = f"/v1/positionnements/{positionnement_id}"

    refuses = [
        await etranger.get(f"/v1/beneficiaires/{histoire.beneficiaire_id}"),
        await etranger.post("/v1/parcours", json=histoire.ouverture()),
        await etranger.get(parcours),
        await etranger.post(f"{parcours}/orientations", json={}),
        await etranger.post(f"{parcours}/positionnements", json=placement),
        await histoire.organisme.post(f"{parcours}/positionnements", json=placement),
        await etranger.post(f"{reponse}/avis-favorable", json={}),
        await histoire.conseil.post(f"{reponse}/avis-favorable", json={}),
        await etranger.post(f"{reponse}/refus", json=REFUS),
        await etranger.put(f"/v1/sessions/{histoire.session_id}", json=SESSION),
    ]

    assert [refus.status_code for refus in refuses] == [404] * len(refuses)


async def test_l_organisme_positionne_lit_le_parcours_et_la_lecture_est_notee(histoire: Histoire):
    lieu = f"/v1/parcours/{histoire.parcours_id}"
    avant = await histoire.organisme.get(lieu)
    positionnement_id = await histoire.positionner()

    vu = (await histoire.organisme.get(lieu)).json()

    assert avant.status_code == 404
    assert vu["etapes"][0]["positionnements"][0]["positionnement_id"] == positionnement_id
    assert vu["etapes"][0]["journal"] is None
    assert vu["journal"] == {"etat": "OUVERT", "dernier_fait": None}
    assert await histoire.porte.lecteurs(histoire.parcours_id) == [ORGANISME]


async def test_une_session_que_personne_n_a_publiee_ne_se_prescrit_pas(histoire: Histoire):
    lieu = f"/v1/parcours/{histoire.parcours_id}/orientations"

    refus = await histoire.conseil.post(lieu, json={"session_id": str(uuid4())})

    assert refus.status_code == 404
    assert refus.json()["code"] == "SESSION_INCONNUE"
    assert "PUT /v1/sessions/" in refus.json()["detail"]


async def test_l_offre_se_cherche_page_par_page(histoire: Histoire):
    publiees = {await histoire.publier(rome="A1101") for _ in range(5)}
    trouvees, apres = [], None
    while True:
        filtres = {"rome": "A1101", "depuis": "2026-10-05", "limite": "2"}
        page = await histoire.conseil.get(
            "/v1/sessions", params=filtres | ({"apres": apres} if apres else {})
        )
        trouvees += [session["session_id"] for session in page.json()["sessions"]]
        if (apres := page.json()["suite"]) is None:
            break

    assert set(trouvees) == publiees
    assert len(trouvees) == len(publiees)
    for filtre in ({"rome": "I1203"}, {"depuis": "2026-10-06"}):
        vide = await histoire.conseil.get("/v1/sessions", params={"rome": "A1101"} | filtre)
        assert vide.json() == {"sessions": [], "suite": None}


async def test_une_session_se_change_par_qui_l_a_publiee(histoire: Histoire):
    lieu = f"/v1/sessions/{histoire.session_id}"

    await histoire.organisme.put(lieu, json=SESSION | {"debut_le": "2026-11-02"})

    vue = await histoire.conseil.get(lieu)
    assert vue.json()["debut_le"] == "2026-11-02"
    assert vue.json()["organisation"] == ORGANISME


async def test_une_decision_se_saisit_apres_coup_jamais_d_avance(histoire: Histoire):
    lieu = f"/v1/parcours/{histoire.parcours_id}/orientations"
    vendredi = now() - timedelta(days=3)

    prise = await histoire.conseil.post(lieu, json={"survenu_le": vendredi.isoformat()})
    annoncee = await histoire.conseil.post(
        lieu, json={"survenu_le": (now() + timedelta(minutes=2)).isoformat()}
    )

    assert prise.status_code == 201
    *_, evenement = await histoire.porte.journal(histoire.parcours_id)
    assert evenement.time == vendredi
    assert annoncee.status_code == 422
    assert [(e["code"], e["pointeur"]) for e in annoncee.json()["erreurs"]] == [
        ("DATE_FUTURE", "/survenu_le")
    ]


@pytest.mark.parametrize(
    ("change", "attendu"),
    [
        ({"nir": "185057800608436"}, ("CHAMP_INCONNU", "/nir")),
        (
            {"referent": {"role": "CEP", "organisme": {"siret": "1" * 14, "nir": "185057"}}},
            ("CHAMP_INCONNU", "/referent/organisme/nir"),
        ),
        ({"survenu_le": "2026-01-01T10:00:00"}, ("FORMAT_DATE", "/survenu_le")),
        ({"rome": "185057800608436"}, ("FORMAT_TEXTE", "/rome")),
        ({"publics_cibles": ["RICHE"]}, ("CODE_INCONNU", "/publics_cibles/0")),
    ],
)
async def test_une_demande_mal_faite_dit_ou_sans_rien_repeter(
    histoire: Histoire, change: dict[str, Any], attendu: tuple[str, str]
):
    refus = await histoire.conseil.post("/v1/parcours", json=histoire.ouverture(**change))

    assert refus.status_code == 422
    assert [(e["code"], e["pointeur"]) for e in refus.json()["erreurs"]] == [attendu]
    assert "185057" not in refus.text


async def test_chaque_famille_a_sa_portee(histoire: Histoire):
    seulement = await histoire.porte.de(MISSION_LOCALE, "evenements:ecrire:parcours")
    sans = await histoire.porte.de(MISSION_LOCALE, "parcours:lire")
    lieu = f"/v1/parcours/{histoire.parcours_id}/orientations"

    ouvert = await seulement.post("/v1/parcours", json=histoire.ouverture())
    prescrit = await seulement.post(lieu, json={})
    lu = await seulement.get(f"/v1/parcours/{histoire.parcours_id}")
    ecrit = await sans.post(lieu, json={})
    nomme = await sans.get(f"/v1/beneficiaires/{histoire.beneficiaire_id}")

    assert ouvert.status_code == 201
    assert [r.json()["code"] for r in (prescrit, lu, ecrit, nomme)] == ["PORTEE_INSUFFISANTE"] * 4


async def test_cinquante_demandes_a_la_fois_font_un_positionnement(histoire: Histoire):
    etape_id = await histoire.prescrire()

    demandes = await ensemble(*[partial(histoire.demander, etape_id)] * 50)

    assert Counter(demande.status_code for demande in demandes) == {201: 1, 409: 49}
    assert len(await histoire.porte.journal(histoire.parcours_id)) == 3


async def test_accepter_et_refuser_a_la_fois_c_est_l_un_ou_l_autre(histoire: Histoire):
    for _ in range(20):
        positionnement_id = await histoire.positionner()

        reponses = await ensemble(
            partial(histoire.repondre, positionnement_id, "avis-favorable"),
            partial(histoire.repondre, positionnement_id, "refus", REFUS),
        )

        assert sorted(reponse.status_code for reponse in reponses) == [201, 409]
    assert len(await histoire.porte.journal(histoire.parcours_id)) == 1 + 20 * 3


def _creee(reponse: Response) -> dict[str, Any]:
    assert reponse.status_code == 201, reponse.text
    corps: dict[str, Any] = reponse.json()
    return corps
