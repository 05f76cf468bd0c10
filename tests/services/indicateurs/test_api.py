"""La porte des machines : les chiffres, leurs événements, et qui peut les lire."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from httpx import AsyncClient

from indicateurs.domain import INDICATEURS, dernier_mois_mur, mois_suivant
from kit import clock
from tests.services.conftest import Porte
from tests.services.indicateurs.conftest import REGION
from tests.services.indicateurs.journal import Document, des_parcours, lire_dans

PERIODE = "debut=2020-01&fin=2030-12"


@pytest.fixture(scope="module")
def dits() -> list[Document]:
    return des_parcours(1, 120, clock.now())


@pytest.fixture(scope="module", autouse=True)
def base_lue(bases: Callable[[str], str], dits: list[Document]) -> None:
    asyncio.run(lire_dans(bases("indicateurs"), dits))


@pytest.fixture
async def region(porte: Porte) -> AsyncClient:
    return await porte.de(REGION, "indicateurs:lire")


async def lire(client: AsyncClient, chemin: str) -> Any:
    reponse = await client.get(f"/v1/indicateurs{chemin}")
    assert reponse.status_code == 200, reponse.text
    return reponse.json()


async def test_tous_les_indicateurs_avec_leur_definition_et_l_instant_ou_ils_s_arretent(
    region: AsyncClient,
):
    chiffres = await lire(region, "")

    assert [chiffre["nom"] for chiffre in chiffres] == list(INDICATEURS)
    assert {chiffre["definition_version"] for chiffre in chiffres} == {1}
    assert all(chiffre["definition"] and chiffre["arrete_a"] for chiffre in chiffres)
    assert all(len(chiffre["serie"]) == 12 for chiffre in chiffres)


@pytest.mark.parametrize("filtre", ["", "&axe=1", "&public=QPV", "&axe=2&public=DE_INFRA_BAC"])
async def test_le_chiffre_sa_serie_et_ses_evenements_disent_la_meme_chose(
    region: AsyncClient, filtre: str
):
    for chiffre in await lire(region, f"?{PERIODE}{filtre}"):
        evenements = (await region.get(chiffre["evenements"])).json()

        compte = {
            "denominateur": len(evenements),
            "numerateur": sum(evenement["compte"] for evenement in evenements),
            "inconnus": sum(evenement["inconnu"] for evenement in evenements),
        }
        assert compte["denominateur"] or filtre
        assert {quoi: chiffre[quoi] for quoi in compte} == compte
        assert {quoi: sum(mois[quoi] for mois in chiffre["serie"]) for quoi in compte} == compte
        assert not any(e["compte"] and e["inconnu"] for e in evenements)
        # A seam is open because of nothing.
        par = [e["compte_par"] for e in evenements if e["compte"]]
        assert all(par) or chiffre["nom"] == "coutures_ouvertes"


async def test_la_liste_ne_mene_ni_a_une_personne_ni_a_un_parcours(
    region: AsyncClient, dits: list[Document]
):
    personnes = {dit["data"].get("beneficiaire_id") for dit in dits} - {None}
    parcours = {dit["subject"] for dit in dits}
    etapes = {dit["data"].get("etape_id") for dit in dits} - {None}
    assert len(personnes) > 100

    for nom in INDICATEURS:
        reponse = await region.get(f"/v1/indicateurs/{nom}/evenements?{PERIODE}")

        assert len(reponse.json()) > 20
        for secret in personnes | parcours | etapes:
            assert secret not in reponse.text


async def test_un_petit_denominateur_est_marque_et_donne_a_qui_a_droit_au_detail(
    region: AsyncClient,
):
    chiffre = await lire(region, f"/taux_abandon?{PERIODE}&public=SORTANT_ASE")

    assert 0 < chiffre["denominateur"] < 20
    assert chiffre["masque"] is True
    assert all(mois["masque"] for mois in chiffre["serie"])
    entier = await lire(region, f"/taux_abandon?{PERIODE}")
    assert entier["denominateur"] >= 20
    assert entier["masque"] is False


async def test_une_cohorte_dit_si_elle_est_mure_et_quand(region: AsyncClient):
    mur = dernier_mois_mur(clock.civil_date(clock.now()))
    suivant = mois_suivant(mur)

    chiffre = await lire(region, f"/taux_abandon?debut={mur:%Y-%m}&fin={suivant:%Y-%m}")

    assert [mois["mur"] for mois in chiffre["serie"]] == [True, False]
    assert chiffre["mur"] is False
    mur_le = date.fromisoformat(chiffre["mur_le"])
    assert mur_le == INDICATEURS["taux_abandon"].mur_le(suivant)
    assert mur_le > clock.civil_date(clock.now())


async def test_sans_periode_les_douze_derniers_mois(region: AsyncClient):
    chiffre = await lire(region, "/taux_abandon")

    mois = clock.civil_date(clock.now()).replace(day=1)
    assert (chiffre["debut"], chiffre["fin"]) == (f"{mois_suivant(mois, -11)}", f"{mois}")


@pytest.mark.parametrize(
    ("question", "code", "pointeur"),
    [
        ("debut=2026-03&fin=2026-02", "PERIODE_INVERSEE", "?debut"),
        ("debut=2026-3", "FORMAT_MOIS", "?debut"),
        ("fin=hier", "FORMAT_MOIS", "?fin"),
        ("axe=3", "CODE_INCONNU", None),
        ("public=TOUT_LE_MONDE", "CODE_INCONNU", None),
    ],
)
async def test_une_cohorte_qui_ne_se_lit_pas_est_refusee_sans_etre_repetee(
    region: AsyncClient, question: str, code: str, pointeur: str | None
):
    reponse = await region.get(f"/v1/indicateurs/taux_abandon?{question}")

    assert reponse.status_code == 422
    [faute] = reponse.json()["erreurs"]
    assert faute["code"] == code
    assert pointeur is None or faute["pointeur"] == pointeur
    assert "TOUT_LE_MONDE" not in reponse.text
    assert "hier" not in reponse.text


@pytest.mark.parametrize("suite", ["", "/evenements"])
async def test_un_indicateur_inconnu_n_est_pas_la(region: AsyncClient, suite: str):
    reponse = await region.get(f"/v1/indicateurs/taux_de_change{suite}")

    assert reponse.status_code == 404
    assert "taux_abandon" in reponse.json()["detail"]


@pytest.mark.parametrize("chemin", ["", "/taux_abandon", "/taux_abandon/evenements"])
async def test_les_chiffres_se_lisent_avec_la_portee_des_indicateurs(porte: Porte, chemin: str):
    sans = await porte.client({})
    autre = await porte.de(REGION, "parcours:lire")

    assert (await sans.get(f"/v1/indicateurs{chemin}")).status_code == 401
    refus = await autre.get(f"/v1/indicateurs{chemin}")
    assert (refus.status_code, refus.json()["code"]) == (403, "PORTEE_INSUFFISANTE")
