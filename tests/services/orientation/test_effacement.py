"""Effacer une personne : à qui l’a déclarée, une fois, et plus rien ne se dit d’elle ensuite."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from contracts.catalogue import lire_tout_flux
from kit import log
from tests.services.conftest import Porte, ensemble
from tests.services.orientation.test_api import IDENTITE, REFUS, Histoire


@pytest.fixture
async def histoire(ouvrir_porte: Callable[[str], Porte]) -> Histoire:
    return await Histoire(ouvrir_porte("orientation")).commencer()


async def gardes(histoire: Histoire) -> list[object]:
    """Ce que la base garde de la personne : son identité, et ses confidences."""
    async with histoire.porte.db.connect() as tx:
        identite = await tx.execute(
            text("select nom, prenom, date_naissance, commune from beneficiaires where id = :id"),
            {"id": histoire.beneficiaire_id},
        )
        textes = await tx.scalar(
            text("select count(*) from confidential.text where stream = :s"),
            {"s": histoire.parcours_id},
        )
        return [*identite.one(), textes]


async def test_effacer_retire_l_identite_et_les_confidences_et_l_annonce(histoire: Histoire):
    await histoire.repondre(await histoire.positionner(), "refus", REFUS)
    journal = await histoire.porte.journal(histoire.parcours_id)
    assert (await gardes(histoire))[0] == IDENTITE["nom"]
    assert (await gardes(histoire))[-1] == 1

    efface = await histoire.conseil.post(
        f"/v1/beneficiaires/{histoire.beneficiaire_id}/effacement",
        json={"motif": "DEMANDE_DE_LA_PERSONNE"},
    )

    assert efface.status_code == 201, efface.text
    assert await gardes(histoire) == [None, None, None, None, 0]
    assert await histoire.porte.journal(histoire.parcours_id) == journal
    cible = efface.json()["evenement"]
    async with histoire.porte.db.connect() as tx:
        entree = await log.find(tx, cible["source"], cible["id"])
    assert entree is not None
    annonce = lire_tout_flux(entree.body)
    assert str(annonce.subject) == histoire.beneficiaire_id
    assert annonce.data.model_dump(mode="json", exclude={"confidences"}) == {
        "motif": "DEMANDE_DE_LA_PERSONNE",
        "parcours": [histoire.parcours_id],
    }


async def test_seule_la_structure_qui_l_a_declaree_efface(histoire: Histoire):
    chemin = f"/v1/beneficiaires/{histoire.beneficiaire_id}/effacement"

    for autre in (histoire.referent, histoire.organisme, histoire.etranger):
        assert (await autre.post(chemin, json={})).status_code == 404

    assert (await gardes(histoire))[0] == IDENTITE["nom"]


async def test_d_une_personne_effacee_rien_ne_se_lit_et_rien_ne_se_decide(histoire: Histoire):
    etape_id = await histoire.prescrire()
    positionnement_id = await histoire.positionner()
    personne = f"/v1/beneficiaires/{histoire.beneficiaire_id}"
    assert (await histoire.conseil.post(f"{personne}/effacement", json={})).status_code == 201

    refuses = [
        await histoire.conseil.post(f"{personne}/effacement", json={}),
        await histoire.conseil.get(personne),
        await histoire.conseil.post("/v1/parcours", json=histoire.ouverture()),
        await histoire.conseil.get(f"/v1/parcours/{histoire.parcours_id}"),
        await histoire.conseil.post(
            f"/v1/parcours/{histoire.parcours_id}/orientations", json={"domaine": "Soudage"}
        ),
        await histoire.demander(etape_id),
        await histoire.repondre(positionnement_id, "refus", REFUS),
        await histoire.repondre(positionnement_id, "avis-favorable"),
    ]

    assert [refus.status_code for refus in refuses] == [410] * 8, [r.text for r in refuses]
    assert {r.json()["code"] for r in refuses} == {"PERSONNE_EFFACEE", "PARCOURS_EFFACE"}
    assert (await histoire.etranger.get(personne)).status_code == 404


async def test_effacee_deux_fois_a_la_fois_elle_ne_l_est_qu_une(histoire: Histoire):
    chemin = f"/v1/beneficiaires/{histoire.beneficiaire_id}/effacement"

    reponses = await ensemble(*[lambda: histoire.conseil.post(chemin, json={})] * 5)

    assert sorted(r.status_code for r in reponses) == [201, 410, 410, 410, 410]
