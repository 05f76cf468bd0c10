"""Les pages du suivi, dans un vrai navigateur, devant la pile entière."""

from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.embedded.stack import Stack
from kit import json
from tests.browser import WIDTHS, axe_violations, chromium, spills

CAPTURES = Path(".run/captures")
MISSION_LOCALE = "Mission locale des Deux-Rives"
PILAT, GIVORS = "Compétences Pilat", "Bâtir Givors"
HUGO, INES, REGION = "Hugo Lisière", "Inès Corolle", "Solveig Lisseron"


@dataclass
class Demo:
    """La pile, et de quoi parler à ses services au nom de chaque organisation."""

    urls: dict[str, str]
    cles: dict[str, str]
    sources: dict[str, str]

    def siret(self, nom: str) -> dict[str, str]:
        return {"siret": self.sources[nom].rpartition(":")[2]}

    def demander(self, qui: str, service: str, chemin: str, **corps: Any) -> dict[str, Any]:
        reponse = httpx.post(
            f"{self.urls[service]}/v1/{chemin}",
            json=corps,
            headers={"authorization": f"Bearer {self.cles[qui]}"},
            timeout=30,
        )
        assert reponse.status_code == 201, reponse.text
        return dict(reponse.json())

    def dire(self, nom: str, fait: str, parcours_id: str, time: str, **data: Any) -> dict[str, str]:
        evenement = {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": self.sources[nom],
            "type": f"fr.sanscouture.{fait}.v1",
            "subject": parcours_id,
            "time": time,
            "data": data,
        }
        reponse = httpx.post(
            f"{self.urls['suivi']}/v1/evenements",
            content=json.dumps(evenement),
            headers={
                "authorization": f"Bearer {self.cles[nom]}",
                "content-type": "application/cloudevents+json",
            },
            timeout=30,
        )
        assert reponse.status_code == 201, reponse.text
        return {"source": self.sources[nom], "id": str(evenement["id"])}

    def attendre(self, parcours_id: str, version: int) -> str:
        """Le parcours, une fois que le journal a reçu tous ses événements."""
        limite = monotonic() + 60
        while monotonic() < limite:
            reponse = httpx.get(
                f"{self.urls['suivi']}/v1/parcours/{parcours_id}",
                headers={"authorization": f"Bearer {self.cles[MISSION_LOCALE]}"},
                timeout=30,
            )
            if reponse.status_code == 200 and reponse.json()["version"] == version:
                return parcours_id
            sleep(0.1)
        raise AssertionError(reponse.text)

    def ouvrir(self, prenom: str, nom: str, objectif: str, **reste: Any) -> str:
        personne = self.demander(
            MISSION_LOCALE, "orientation", "beneficiaires", prenom=prenom, nom=nom
        )
        ouvert = self.demander(
            MISSION_LOCALE,
            "orientation",
            "parcours",
            beneficiaire_id=personne["beneficiaire_id"],
            objectif=objectif,
            **reste,
        )
        return str(ouvert["parcours_id"])


@pytest.fixture(scope="module")
def demo(pile: Stack) -> Demo:
    return Demo(
        pile.urls,
        {o["nom"]: o["cle"] for o in pile.organisations},
        {o["nom"]: o["source"] for o in pile.organisations},
    )


@pytest.fixture(scope="module")
def plein(demo: Demo) -> str:
    """Un parcours à deux voix : corrigé, contredit, suspendu, décidé, repris ailleurs."""
    parcours = demo.ouvrir(
        "Mélina",
        "Faufil",
        "Agent de maintenance des bâtiments",
        rome="I1203",
        publics_cibles=["DE_INFRA_BAC", "QPV", "BOE"],
        referent={"role": "CEP", "organisme": demo.siret(MISSION_LOCALE)},
        survenu_le="2026-03-03T10:15:00+01:00",
    )
    etape = demo.demander(
        MISSION_LOCALE,
        "orientation",
        f"parcours/{parcours}/orientations",
        type_etape="CERTIFIANT",
        axe=1,
        domaine="Titre professionnel",
        survenu_le="2026-03-05T09:40:00+01:00",
    )["etape_id"]
    demo.dire(
        MISSION_LOCALE,
        "positionnement.demande",
        parcours,
        "2026-03-06T09:40:00+01:00",
        etape_id=etape,
        organisme_formateur=demo.siret(PILAT),
    )
    demo.dire(
        PILAT,
        "positionnement.refus_argumente",
        parcours,
        "2026-03-17T14:00:00+01:00",
        etape_id=etape,
        motif="PROJET_A_CONSOLIDER",
        diagnostic="Le projet est à confirmer par une immersion avant l’entrée.",
        alternatives=[{"type": "IMMERSION", "precision": "deux semaines en entreprise"}],
    )
    for fait, time in (("demande", "2026-05-06"), ("avis_favorable", "2026-05-17")):
        demo.dire(
            PILAT, f"positionnement.{fait}", parcours, f"{time}T09:00:00+02:00", etape_id=etape
        )
    entree = demo.dire(
        PILAT,
        "suivi.entree_effective",
        parcours,
        "2026-07-01T08:30:00+02:00",
        etape_id=etape,
        heures_prevues=480,
        fin_prevue_le="2027-01-29",
        nouveau_plan=True,
    )
    demo.dire(
        PILAT,
        "evenement.corrige",
        parcours,
        "2026-07-20T10:44:00+02:00",
        cible=entree,
        champs={"/time": "2026-07-06T08:30:00+02:00"},
        motif="ERREUR_SAISIE",
    )
    demo.dire(
        PILAT,
        "suivi.suspension_prononcee",
        parcours,
        "2026-09-07T09:00:00+02:00",
        etape_id=etape,
        motif="PARENTALITE_GARDE",
        fin_prevue_le="2026-12-06",
    )
    demo.dire(
        PILAT,
        "suivi.attestation_competences_delivree",
        parcours,
        "2026-09-09T14:30:00+02:00",
        etape_id=etape,
        competences=["Entretien des aménagements intérieurs", "Tableau électrique"],
        empreinte=f"9f2c{'0' * 56}e71b",
    )
    comite = next(nom for nom in demo.sources if nom.startswith("Comité"))
    saisine = demo.demander(
        MISSION_LOCALE,
        "passerelle",
        "saisines",
        parcours_id=parcours,
        etape_id=etape,
        etape_visee={"type_etape": "CERTIFIANT", "organisme_formateur": demo.siret(GIVORS)},
        comite=demo.siret(comite),
        survenu_le="2026-09-28T11:20:00+02:00",
    )["saisine_id"]
    demo.demander(
        comite,
        "passerelle",
        f"saisines/{saisine}/decision",
        decision="VALIDEE_SOUS_CONDITIONS",
        motivation="Le projet tient.",
        conditions=["Solution de garde confirmée avant l’entrée"],
        mise_en_oeuvre_le="2026-11-15",
        quorum={"presents": 4, "membres": 5},
        organisme_formateur=demo.siret(GIVORS),
        survenu_le="2026-10-08T15:05:00+02:00",
    )
    demo.dire(
        GIVORS,
        "suivi.reprise_effective",
        parcours,
        "2026-11-02T08:30:00+01:00",
        etape_id=etape,
        organisme=demo.siret(GIVORS),
        statut="AUTRE_ORGANISME",
        acquis_repris=True,
    )
    abandon = demo.dire(
        PILAT, "suivi.abandon_constate", parcours, "2026-06-20T08:30:00+02:00", etape_id=etape
    )
    demo.dire(
        MISSION_LOCALE,
        "evenement.conteste",
        parcours,
        "2026-06-25T08:30:00+02:00",
        cible=abandon,
        motif="FAIT_NON_REALISE",
    )
    return demo.attendre(parcours, 15)


@pytest.fixture(scope="module")
def vide(demo: Demo) -> str:
    return demo.attendre(demo.ouvrir("Noé", "Ourlet", "Aide à domicile"), 1)


@pytest.fixture(scope="module")
def en_conflit(demo: Demo) -> str:
    parcours = demo.ouvrir("Karim", "Bobine", "Cuisinier", survenu_le="2026-02-01T10:00:00+01:00")
    for qui, fait, time, data in (
        (PILAT, "suivi.entree_effective", "2026-03-01", {"heures_prevues": 140}),
        (PILAT, "suivi.sortie_effective", "2026-06-01", {"nature": "TERME_ATTEINT"}),
        (GIVORS, "suivi.sortie_effective", "2026-05-20", {"nature": "ABANDON"}),
    ):
        demo.dire(
            qui, fait, parcours, f"{time}T12:00:00+02:00", etape_id=str(ETAPE_EN_CONFLIT), **data
        )
    return demo.attendre(parcours, 4)


ETAPE_EN_CONFLIT = uuid4()


@pytest.fixture(scope="module")
def navigateur() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def _entrer(navigateur: Browser, demo: Demo, qui: str, largeur: int = WIDTHS[0]) -> Page:
    page = navigateur.new_context(viewport={"width": largeur, "height": 900}).new_page()
    page.goto(f"{demo.urls['suivi']}/connexion?suite=/parcours")
    page.get_by_role("button", name=qui).click()
    return page


@pytest.mark.parametrize("largeur", WIDTHS)
def test_chaque_page_se_lit_sans_obstacle(  # noqa: PLR0913, PLR0917 - the pages to look at
    navigateur: Browser, demo: Demo, plein: str, vide: str, en_conflit: str, largeur: int
):
    page = _entrer(navigateur, demo, HUGO, largeur)
    CAPTURES.mkdir(parents=True, exist_ok=True)
    adresses = {
        "parcours-liste": "/parcours",
        "parcours-introuvable": "/parcours?code=P-0000-0000",
        "chronologie-pleine": f"/parcours/{plein}",
        "chronologie-vide": f"/parcours/{vide}",
        "chronologie-en-conflit": f"/parcours/{en_conflit}",
        "chronologie-avant": f"/parcours/{plein}?au=2026-01-01",
        "chronologie-differente": f"/parcours/{plein}?au=2026-10-10",
        "chronologie-sans-difference": f"/parcours/{plein}?au=2027-01-01",
        "abonnement": "/abonnement",
    }
    for nom, adresse in adresses.items():
        reponse = page.goto(demo.urls["suivi"] + adresse)
        assert reponse is not None
        assert reponse.status == 200, nom
        page.screenshot(path=CAPTURES / f"{nom}-{largeur}.png", full_page=True)
        assert axe_violations(page) == [], nom
        assert not spills(page), nom


@pytest.mark.parametrize("largeur", WIDTHS)
def test_un_parcours_efface_dit_depuis_quand_et_rien_de_personnel(
    navigateur: Browser, demo: Demo, largeur: int
):
    personne = demo.demander(
        MISSION_LOCALE, "orientation", "beneficiaires", prenom="Ysaure", nom="Passementier"
    )["beneficiaire_id"]
    ouvert = demo.demander(
        MISSION_LOCALE,
        "orientation",
        "parcours",
        beneficiaire_id=personne,
        objectif="Brodeuse au crochet de Lunéville",
    )
    parcours = demo.attendre(str(ouvert["parcours_id"]), 1)
    page = _entrer(navigateur, demo, HUGO, largeur)
    adresse = f"{demo.urls['suivi']}/parcours/{parcours}"
    page.goto(adresse)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Passementier")

    demo.demander(MISSION_LOCALE, "orientation", f"beneficiaires/{personne}/effacement")
    titre = page.get_by_role("heading", level=1, name="Parcours effacé")
    fin = monotonic() + 30
    while not titre.count() and monotonic() < fin:
        sleep(0.2)
        page.goto(adresse)

    expect(titre).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Effacé le ")
    assert "Passementier" not in page.content()
    assert "Brodeuse" not in page.content()
    CAPTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=CAPTURES / f"parcours-efface-{largeur}.png", full_page=True)
    assert axe_violations(page) == []
    assert not spills(page)
    page.goto(f"{demo.urls['suivi']}/parcours")
    assert parcours not in page.content()


def test_la_chronologie_dit_tout_dans_l_ordre_de_la_vie(
    navigateur: Browser, demo: Demo, plein: str
):
    page = _entrer(navigateur, demo, HUGO)
    page.goto(f"{demo.urls['suivi']}/parcours/{plein}")

    expect(page.get_by_role("heading", level=1)).to_have_text("Mélina Faufil")
    expect(page.locator(".situation")).to_contain_text("en formation à Bâtir Givors")
    expect(page.locator(".situation")).to_contain_text("56 jours de suspension")
    titres = page.locator(".evenement h4").all_inner_texts()
    assert titres[:4] == [
        "Parcours ouvert",
        "Orientation prononcée",
        "Positionnement demandé",
        "Refus argumenté",
    ]
    assert titres[-2:] == ["Reprise effective", "Fin de formation"]
    expect(page.locator(".correction del")).to_have_text("1er juillet 2026")
    expect(page.locator(".correction ins")).to_have_text("6 juillet 2026")
    expect(page.locator(".anomalie").first).to_contain_text("Abandon constaté")
    expect(page.locator(".evenement", has_text="Contesté le")).to_contain_text(
        f"par {MISSION_LOCALE}, motif : fait non réalisé"
    )
    # A confidence is not read here, a sensitive public is not told here.
    assert "immersion avant l’entrée" not in page.content()
    assert "obligation d’emploi" not in page.content()
    traces = page.get_by_role("link", name="Trace : Décision").all()
    assert len(traces) == 1


def test_deux_dates_changent_la_reponse(navigateur: Browser, demo: Demo, plein: str):
    page = _entrer(navigateur, demo, HUGO)
    page.goto(f"{demo.urls['suivi']}/parcours/{plein}")

    page.get_by_label("État au").fill("2026-09-30")
    page.get_by_role("button", name="Relire à ces dates").click()

    expect(page.locator(".situation")).to_contain_text("en suspension")
    expect(page.get_by_text("Dernier écart : le 30 septembre 2026")).to_be_visible()
    difference = page.get_by_role("table", name="De cette lecture à celle d’aujourd’hui")
    expect(difference).to_contain_text(
        "« Reprise effective » (survenu le 2 novembre 2026, dit par Bâtir Givors, enregistré le "
    )
    expect(difference).to_contain_text("compte en plus : il est postérieur au 30 septembre 2026.")


def test_des_dates_qui_ne_changent_rien_le_disent(navigateur: Browser, demo: Demo, plein: str):
    page = _entrer(navigateur, demo, HUGO)
    page.goto(f"{demo.urls['suivi']}/parcours/{plein}?au=2027-01-01")

    expect(
        page.get_by_role("heading", name="Rien ne diffère de la lecture d’aujourd’hui")
    ).to_be_visible()


def test_un_parcours_se_retrouve_par_son_code(navigateur: Browser, demo: Demo, plein: str):
    page = _entrer(navigateur, demo, HUGO)
    page.goto(f"{demo.urls['suivi']}/parcours/{plein}")
    code = page.locator(".page-head .over").inner_text().rpartition("/ ")[2]

    page.goto(f"{demo.urls['suivi']}/parcours")
    page.get_by_label("Code du parcours").fill(code.lower().replace("-", " "))
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{demo.urls['suivi']}/parcours/{plein}")


@pytest.mark.parametrize("qui", [INES, REGION])
def test_qui_n_y_a_pas_droit_ne_voit_rien(navigateur: Browser, demo: Demo, plein: str, qui: str):
    page = _entrer(navigateur, demo, qui)

    reponse = page.goto(f"{demo.urls['suivi']}/parcours/{plein}")

    assert reponse is not None
    assert reponse.status == 404
    assert "Faufil" not in page.content()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_sans_session_la_page_mene_au_choix_d_une_personne(
    navigateur: Browser, demo: Demo, plein: str
):
    page = navigateur.new_context().new_page()
    page.goto(f"{demo.urls['suivi']}/parcours/{plein}")

    page.get_by_role("button", name=HUGO).click()

    expect(page).to_have_url(f"{demo.urls['suivi']}/parcours/{plein}")


def test_on_s_abonne_on_essaie_on_voit_ce_qui_est_parti(navigateur: Browser, demo: Demo):
    with _recepteur() as url:
        page = _entrer(navigateur, demo, "Samir Bobine")
        page.goto(f"{demo.urls['suivi']}/abonnement")
        page.get_by_label("Adresse de votre système").fill("https://10.0.0.1/")
        page.get_by_role("button", name="S’abonner").click()
        expect(page.get_by_role("alert")).to_contain_text("L’abonnement n’est pas créé")

        page.get_by_label("Adresse de votre système").fill(url)
        page.get_by_role("button", name="S’abonner").click()
        expect(page.get_by_text("whsec_")).to_be_visible()
        page.get_by_role("button", name="Envoyer un essai").click()

        assert "whsec_" not in page.content()
        envoye = page.get_by_role("row").filter(has_text="Message d’essai")
        for _ in range(100):
            if envoye.get_by_text("Livré").count():
                break
            page.wait_for_timeout(100)
            page.reload()
        expect(envoye.get_by_text("Livré")).to_be_visible()
        page.get_by_role("button", name="Retirer l’abonnement").click()
        expect(page.get_by_label("Adresse de votre système")).to_be_visible()


class _recepteur:  # noqa: N801 - used as a word of the test
    """Un système de partenaire qui répond 204."""

    def __enter__(self) -> str:
        class Recepteur(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._serveur = HTTPServer(("127.0.0.1", 0), Recepteur)
        Thread(target=self._serveur.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._serveur.server_port}/"

    def __exit__(self, *_: object) -> None:
        self._serveur.shutdown()
        self._serveur.server_close()
