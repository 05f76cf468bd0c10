"""Une personne effacée l’est aussi au comité : son bilan, sa motivation, et ce qui suivrait."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from contracts.beneficiaire import BeneficiaireEfface, BeneficiaireEffaceDonnees
from kit import log
from kit.consumer import Record
from passerelle import projections
from tests.fabriques import MIDI, MISSION_LOCALE
from tests.services.conftest import Porte
from tests.services.passerelle.test_api import Comite


@pytest.fixture
async def comite(ouvrir_porte: Callable[[str], Porte]) -> Comite:
    return await Comite(ouvrir_porte("passerelle")).commencer()


def l_annonce(parcours_id: str) -> Record:
    """Que cette personne est effacée, tel que le journal le fait connaître."""
    evenement = BeneficiaireEfface(
        id=str(uuid4()),
        source="urn:sanscouture:orientation",
        subject=uuid4(),
        time=MIDI,
        organisation=MISSION_LOCALE,
        data=BeneficiaireEffaceDonnees(parcours=(UUID(parcours_id),)),
    )
    return Record(
        partition=log.partition_of(evenement.subject),
        position=1,
        source=evenement.source,
        id=evenement.id,
        type=evenement.type,
        stream=evenement.subject,
        recorded_at=MIDI,
        traceparent=None,
        value=evenement.model_dump_json(exclude_none=True).encode(),
    )


async def gardes(comite: Comite) -> int:
    async with comite.porte.db.connect() as tx:
        combien = await tx.scalar(
            text("select count(*) from confidential.text where stream = :s"),
            {"s": comite.parcours_id},
        )
    return int(combien or 0)


async def test_le_bilan_et_la_motivation_s_en_vont_et_plus_rien_ne_se_decide(comite: Comite):
    depot = await comite.saisir()
    en_attente = await comite.saisir()
    await comite.decider(depot["saisine_id"])
    journal = await comite.porte.journal(comite.parcours_id)
    assert await gardes(comite) == 3

    for _ in range(2):  # what is delivered twice is done once
        async with comite.porte.db.begin() as tx:
            await projections.apprendre(tx, [l_annonce(comite.parcours_id)])

    assert await gardes(comite) == 0
    assert await comite.porte.journal(comite.parcours_id) == journal
    refuses = [
        await comite.conseil.get(f"/v1/saisines/{depot['saisine_id']}"),
        await comite.conseil.post("/v1/saisines", json=comite.demande()),
        await comite.decider(en_attente["saisine_id"]),
    ]
    assert [(r.status_code, r.json()["code"]) for r in refuses] == [(410, "PARCOURS_EFFACE")] * 3
    confidence = depot["evenement"]
    perdue = await comite.conseil.get(f"/v1/confidences/{confidence['source']}/{confidence['id']}")
    assert perdue.status_code == 404


async def test_la_personne_d_un_autre_parcours_garde_tout(comite: Comite):
    await comite.saisir()

    async with comite.porte.db.begin() as tx:
        await projections.apprendre(tx, [l_annonce(str(uuid4()))])

    assert await gardes(comite) == 1
