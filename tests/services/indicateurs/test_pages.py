"""Le tableau de bord : qui voit quoi, et les mêmes chiffres que partout ailleurs."""

import asyncio
import csv
import html
import re
from collections.abc import Awaitable, Callable

import pytest
from httpx import AsyncClient, Response

from indicateurs import queries
from indicateurs.domain import INDICATEURS, Cohorte, dernier_mois_mur, mois_suivant
from indicateurs.pages.tableur import tableur
from kit import clock
from kit.pages import filters
from tests.services.conftest import Porte
from tests.services.indicateurs.journal import Document, des_parcours, lire_dans

Etre = Callable[[str], Awaitable[AsyncClient]]
SOLVEIG, HUGO, PAUL = "Solveig Lisseron", "Hugo Lisière", "Paul Canevas"


@pytest.fixture(scope="module")
def dits() -> list[Document]:
    return des_parcours(3, 300, clock.now())


@pytest.fixture(scope="module", autouse=True)
def base_lue(bases: Callable[[str], str], dits: list[Document]) -> None:
    asyncio.run(lire_dans(bases("indicateurs"), dits))


def les_mois_murs() -> Cohorte:
    fin = dernier_mois_mur(clock.civil_date(clock.now()))
    return Cohorte(mois_suivant(fin, -11), fin)


def texte(reponse: Response) -> str:
    """Ce qu’on lit, sans les balises ni les espaces de la typographie."""
    assert reponse.status_code == 200, reponse.text
    lu = html.unescape(re.sub(r"<[^>]+>", " ", reponse.text))
    return re.sub(r"\s+", " ", lu)


def liens(page: str) -> list[str]:
    return [html.unescape(lien) for lien in re.findall(r'href="([^"]+)"', page)]


def lignes(reponse: Response) -> list[dict[str, str]]:
    assert reponse.status_code == 200
    assert reponse.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in reponse.headers["content-disposition"]
    lu = reponse.content.decode("utf-8-sig")
    return list(csv.DictReader(lu.splitlines(), delimiter=";"))


async def test_chaque_mesure_dit_de_quoi_elle_est_faite(etre: Etre, porte: Porte):
    lu = texte(await (await etre(SOLVEIG)).get("/"))

    for nom in ("taux_acces_12m", "taux_abandon", "taux_certification_net", "acces_emploi_6m"):
        indicateur = INDICATEURS[nom]
        cohorte = les_mois_murs().reculer(indicateur.horizon_mois)
        chiffre = await queries.chiffre(porte.db, indicateur, cohorte, clock.now())
        total = chiffre.total
        assert total.mur
        assert not total.masque
        assert (
            f"{total.numerateur} {indicateur.numerateur}, pour {total.denominateur}"
            f" {indicateur.denominateur}"
        ) in lu
        assert filters.percent(total.taux or 0).replace("\u00a0", " ") in lu
        assert f"Voir les {total.denominateur} événements" in lu
        assert indicateur.identite in lu
        assert indicateur.definition.replace("\u202f", " ") in lu
    assert lu.count("Mûr ") >= 6
    assert "Journal lu jusqu’au" in lu
    assert "Délai médian de transmission" in lu


@pytest.mark.parametrize("nom", [SOLVEIG, HUGO])
async def test_aucun_lien_ne_mene_nulle_part(etre: Etre, nom: str):
    client = await etre(nom)
    page = (await client.get("/")).text
    ids = set(re.findall(r'id="([^"]+)"', page))

    for lien in set(liens(page)):
        if lien.startswith("#"):
            assert lien.removeprefix("#") in ids
        elif lien.startswith("/"):
            assert (await client.get(lien)).status_code == 200, lien
        else:
            assert lien.startswith(("data:", "http://127.0.0.1:1/parcours")), lien


async def test_seuls_ceux_qui_lisent_des_parcours_sont_menes_aux_parcours(etre: Etre):
    parcours = "http://127.0.0.1:1/parcours"

    assert parcours not in liens((await (await etre(SOLVEIG)).get("/")).text)
    assert parcours in liens((await (await etre(PAUL)).get("/")).text)


@pytest.mark.parametrize("suite", ["evenements", "evenements.csv"])
async def test_la_region_lit_les_evenements_sans_personne_ni_parcours(
    etre: Etre, dits: list[Document], suite: str
):
    client = await etre(SOLVEIG)
    secrets = {dit["subject"] for dit in dits} | {dit["id"] for dit in dits}
    secrets |= {dit["data"].get("beneficiaire_id", dit["subject"]) for dit in dits}

    for nom in INDICATEURS:
        reponse = await client.get(f"/indicateurs/{nom}/{suite}")

        assert reponse.status_code == 200
        assert re.search("Atelier des savoirs|Mission locale", reponse.text)
        assert not [secret for secret in secrets if secret in reponse.text]


@pytest.mark.parametrize("suite", ["evenements", "evenements.csv"])
async def test_aux_autres_la_liste_des_evenements_n_existe_pas(etre: Etre, suite: str):
    client = await etre(HUGO)

    reponse = await client.get(f"/indicateurs/taux_abandon/{suite}")

    assert reponse.status_code == 404
    assert "evenements" not in (await client.get("/")).text


async def test_les_autres_lisent_ce_que_la_region_publie_et_n_y_cherchent_pas(etre: Etre):
    client = await etre(HUGO)

    publie = texte(await client.get("/"))

    assert texte(await client.get("/?axe=1&debut=2025-01&fin=2025-02&public=QPV")) == publie
    assert "Filtrer" not in publie
    tout = lignes(await client.get("/tableau-de-bord.csv"))
    assert lignes(await client.get("/tableau-de-bord.csv?axe=1")) == tout


async def test_sous_vingt_la_page_tait_le_chiffre_et_la_region_va_aux_evenements(etre: Etre):
    client = await etre(SOLVEIG)
    question = "?public=SORTANT_ASE"

    page = await client.get(f"/{question}")

    assert "Secret statistique Moins de 20 étapes sorties" in texte(page)
    assert "pour 0" not in texte(page)
    vers = [lien for lien in liens(page.text) if lien.startswith("/indicateurs/taux_abandon/ev")]
    assert re.search(r">Voir les événements<", page.text)
    assert 0 < len(vers) <= 2
    [ligne] = [
        ligne
        for ligne in lignes(await client.get(f"/tableau-de-bord.csv{question}"))
        if ligne["indicateur"] == "taux_abandon"
    ]
    assert {ligne[quoi] for quoi in ("numerateur", "denominateur", "inconnus", "taux")} == {"s"}
    assert "Abandon" in texte(await client.get(vers[0]))


async def test_une_cohorte_provisoire_dit_combien_de_ses_mois_sont_murs(etre: Etre):
    client = await etre(SOLVEIG)
    murs = les_mois_murs()
    debut, fin = mois_suivant(murs.debut, 1), mois_suivant(murs.fin, 1)

    lu = texte(await client.get(f"/?debut={debut:%Y-%m}&fin={fin:%Y-%m}"))

    assert "Provisoire 11 mois sur 12 sont mûrs ; mûr le" in lu


async def test_l_evolution_se_telecharge_tue_la_ou_la_courbe_la_tait(etre: Etre):
    client = await etre(SOLVEIG)

    points = lignes(await client.get("/indicateurs/taux_abandon/evolution.csv"))

    assert {point["maturite"] for point in points} == {"mûr", "provisoire"}
    montres = [point for point in points if point["denominateur"] != "s"]
    assert montres
    for point in montres:
        numerateur, denominateur = int(point["numerateur"]), int(point["denominateur"])
        assert denominateur >= 20
        assert float(point["taux"].replace(",", ".")) == pytest.approx(
            numerateur / denominateur, abs=1e-4
        )
    assert (await client.get("/indicateurs/taux_de_change/evolution.csv")).status_code == 404


async def test_les_publics_se_telechargent_comme_ils_se_montrent(etre: Etre):
    client = await etre(SOLVEIG)

    publics = {ligne["publics"]: ligne for ligne in lignes(await client.get("/publics.csv"))}
    lu = texte(await client.get("/"))

    infra = publics["Demandeur d’emploi infra-bac"]
    nombres = [infra[quoi] for quoi in ("preparatoire", "certifiant", "professionnalisant")]
    assert f"Demandeur d’emploi infra-bac {' '.join(nombres)} {infra['ensemble']}" in lu
    assert publics["Sortant de l’aide sociale à l’enfance"]["ensemble"] == "s"
    assert lignes(await client.get("/motifs.csv"))


async def test_l_annee_se_compare_a_une_cible_reconduite_ou_dit_qu_il_n_y_en_a_pas(etre: Etre):
    client = await etre(SOLVEIG)

    lu = texte(await client.get("/"))

    assert "(niveau 2022 du Pacte, reconduit)" in lu
    [janvier, *_] = lignes(await client.get("/trajectoire.csv"))
    assert janvier["cible_aes_realisees"] == "2650,8333"
    avant = texte(await client.get("/?debut=2018-01&fin=2018-12"))
    assert "Le Pacte ne fixe pas de cible pour 2018." in avant


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("debut=2026-03&fin=2026-02", "Le premier mois doit précéder le dernier"),
        ("debut=mars&fin=2026-02", "Un mois est attendu, par exemple 2026-03"),
    ],
)
async def test_une_periode_a_l_envers_se_dit_sans_se_montrer(
    etre: Etre, question: str, phrase: str
):
    reponse = await (await etre(SOLVEIG)).get(f"/?{question}")

    assert reponse.status_code == 422
    assert phrase in reponse.text


async def test_la_liste_se_lit_page_par_page(etre: Etre):
    client = await etre(SOLVEIG)
    adresse = "/indicateurs/aes_realisees/evenements?debut=2023-01&fin=2029-12"

    premiere = await client.get(adresse)
    tout = lignes(await client.get(adresse.replace("evenements?", "evenements.csv?")))

    assert len(tout) > 200
    assert premiere.text.count('<th scope="row">') == 100
    assert f"Page 1 sur {-(-len(tout) // 100)}" in texte(premiere)
    [suivante] = {lien for lien in liens(premiere.text) if "page=2" in lien}
    assert "Page précédente" in texte(await client.get(suivante))
    assert "Aucun événement dans cette cohorte" in texte(await client.get(f"{adresse}&page=99"))


async def test_sans_session_on_dit_d_abord_qui_l_on_est(porte: Porte):
    client = await porte.client({"Accept": "text/html"})

    for adresse in ("/", "/tableau-de-bord.csv", "/indicateurs/taux_abandon/evenements"):
        reponse = await client.get(adresse)

        assert reponse.status_code == 303
        assert reponse.headers["location"].startswith("/connexion")


def test_une_cellule_ne_devient_pas_une_formule():
    reponse = tableur("essai", ["a"], [["=1+1"], [0.5], [None], [True]])

    assert bytes(reponse.body).decode("utf-8-sig").split() == ["a", "'=1+1", "0,5000", '""', "oui"]
