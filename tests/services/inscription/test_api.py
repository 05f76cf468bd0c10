"""La porte des inscriptions : la dernière place, et tout ce qui la précède."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from inscription import projections
from kit.clock import now
from tests.contracts import faits
from tests.contracts.faits import ETAPE, le
from tests.fabriques import AUTRE_ORGANISME, MISSION_LOCALE, ORGANISME
from tests.services.conftest import Porte, appris, ensemble

ENTREE = {"entree_prevue_le": "2026-10-05"}


class Rentree:
    """Un organisme ouvre une session, des conseillers y réservent."""

    def __init__(self, porte: Porte) -> None:
        self.porte = porte
        self.session_id = uuid4()

    async def commencer(self) -> "Rentree":
        self.conseil = await self.porte.de(MISSION_LOCALE)
        self.organisme = await self.porte.de(ORGANISME)
        self.etranger = await self.porte.de(AUTRE_ORGANISME)
        return self

    async def ouvrir(self, capacite: object, par: AsyncClient | None = None) -> Response:
        lieu = f"/v1/sessions/{self.session_id}/places"
        return await (par or self.organisme).put(lieu, json={"capacite": capacite})

    async def reserver(self, **change: Any) -> Response:
        corps = {"parcours_id": str(uuid4()), "etape_id": str(uuid4())} | change
        return await self.conseil.post(f"/v1/sessions/{self.session_id}/reservations", json=corps)

    async def garantir(self, reservation_id: str, par: AsyncClient | None = None) -> Response:
        lieu = f"/v1/reservations/{reservation_id}/garantie"
        return await (par or self.organisme).post(lieu, json=ENTREE)

    async def voir(self, par: AsyncClient | None = None) -> dict[str, Any]:
        lu = await (par or self.organisme).get(f"/v1/sessions/{self.session_id}/places")
        assert lu.status_code == 200, lu.text
        vu: dict[str, Any] = lu.json()
        return vu


@pytest.fixture
async def rentree(ouvrir_porte: Callable[[str], Porte]) -> Rentree:
    return await Rentree(ouvrir_porte("inscription")).commencer()


async def test_une_place_se_reserve_puis_se_garantit(rentree: Rentree):
    await rentree.ouvrir(2)
    parcours_id, etape_id = str(uuid4()), str(uuid4())

    reservee = await rentree.reserver(parcours_id=parcours_id, etape_id=etape_id)
    garantie = await rentree.garantir(reservee.json()["reservation_id"])

    place, inscription = await rentree.porte.journal(parcours_id)
    assert (reservee.status_code, garantie.status_code) == (201, 201)
    assert reservee.json()["evenement"] == {
        "source": "urn:sanscouture:inscription",
        "id": place.id,
    }
    assert inscription.causationid == f"urn:sanscouture:inscription {place.id}"
    assert (place.organisation, inscription.organisation) == (MISSION_LOCALE, ORGANISME)
    assert inscription.data.reservation_id == UUID(reservee.json()["reservation_id"])
    vu = await rentree.voir()
    assert (vu["capacite"], vu["reservees"], vu["disponibles"]) == (2, 1, 1)
    assert vu["reservations"][0]["entree_prevue_le"] == "2026-10-05"


async def test_la_derniere_place_demandee_cinquante_fois_se_donne_une_fois(rentree: Rentree):
    await rentree.ouvrir(3)
    for _ in range(2):
        assert (await rentree.reserver()).status_code == 201

    reponses = await ensemble(*[rentree.reserver] * 50)

    assert Counter(reponse.status_code for reponse in reponses) == {201: 1, 409: 49}
    refus = {(r.json()["code"], r.json()["detail"]) for r in reponses if r.status_code == 409}
    assert refus == {("SESSION_COMPLETE", "Les 3 places de cette session sont réservées.")}
    assert (await rentree.voir())["disponibles"] == 0


async def test_la_meme_etape_demandee_vingt_fois_a_une_place(rentree: Rentree):
    await rentree.ouvrir(20)
    qui = {"parcours_id": str(uuid4()), "etape_id": str(uuid4())}

    reponses = await ensemble(*[partial(rentree.reserver, **qui)] * 20)

    assert Counter(reponse.status_code for reponse in reponses) == {201: 1, 409: 19}
    assert {r.json()["code"] for r in reponses if r.status_code == 409} == {"PLACE_DEJA_RESERVEE"}
    assert len(await rentree.porte.journal(qui["parcours_id"])) == 1


async def test_garantir_dix_fois_a_la_fois_garantit_une_fois(rentree: Rentree):
    await rentree.ouvrir(1)
    parcours_id = str(uuid4())
    reservee = await rentree.reserver(parcours_id=parcours_id)

    reponses = await ensemble(*[partial(rentree.garantir, reservee.json()["reservation_id"])] * 10)

    assert Counter(reponse.status_code for reponse in reponses) == {201: 1, 409: 9}
    assert len(await rentree.porte.journal(parcours_id)) == 2


async def test_on_ne_reserve_pas_dans_une_session_dont_les_places_ne_sont_pas_ouvertes(
    rentree: Rentree,
):
    refus = await rentree.reserver()

    assert refus.status_code == 404
    assert refus.json()["code"] == "PLACES_NON_OUVERTES"
    assert "PUT /v1/sessions/{id}/places" in refus.json()["detail"]


async def test_on_n_ouvre_pas_moins_de_places_que_de_reservees(rentree: Rentree):
    await rentree.ouvrir(2)
    for _ in range(2):
        await rentree.reserver()

    refus, agrandie = await rentree.ouvrir(1), await rentree.ouvrir(3)

    assert (refus.status_code, refus.json()["code"]) == (409, "CAPACITE_INSUFFISANTE")
    assert (agrandie.status_code, agrandie.json()["disponibles"]) == (200, 1)


async def test_la_base_elle_meme_refuse_une_place_de_trop(rentree: Rentree):
    await rentree.ouvrir(0)

    with pytest.raises(IntegrityError, match="capacite"):
        async with rentree.porte.db.begin() as tx:
            await tx.execute(text("update places set reservees = capacite + 1"))


async def test_les_places_d_un_autre_sont_introuvables(rentree: Rentree):
    await rentree.ouvrir(1)
    reservation_id = (await rentree.reserver()).json()["reservation_id"]

    refuses = [
        await rentree.ouvrir(40, par=rentree.etranger),
        await rentree.garantir(reservation_id, par=rentree.etranger),
        await rentree.garantir(reservation_id, par=rentree.conseil),
        await rentree.garantir(str(uuid4())),
    ]

    assert [refus.status_code for refus in refuses] == [404] * len(refuses)
    assert (await rentree.voir())["capacite"] == 1


async def test_chacun_voit_ses_reservations_et_l_organisme_les_voit_toutes(rentree: Rentree):
    await rentree.ouvrir(3)
    await rentree.reserver()

    vues = [
        await rentree.voir(client)
        for client in (rentree.organisme, rentree.conseil, rentree.etranger)
    ]

    assert [len(vue["reservations"]) for vue in vues] == [1, 1, 0]
    assert [vue["disponibles"] for vue in vues] == [2, 2, 2]
    lecteurs = await rentree.porte.lecteurs(rentree.session_id)
    assert lecteurs == [ORGANISME, MISSION_LOCALE]


async def test_l_organisme_voit_qui_il_a_accepte_et_qui_n_a_pas_de_place(rentree: Rentree):
    await rentree.ouvrir(3)
    parcours_id, session = str(uuid4()), {"session_id": rentree.session_id}
    avis = faits.avis_favorable(le(9), par=ORGANISME, **session, **ENTREE)
    async with rentree.porte.db.begin() as tx:
        evenements = [faits.orientation(le(1)), faits.demande(le(2), **session), avis]
        dits = appris(parcours_id, *evenements, faits.suspension(le(20)))
        for _ in range(2):
            await projections.apprendre(tx, dits)

    attendus = (await rentree.voir())["attendus"]
    ailleurs = (await rentree.voir(rentree.conseil))["attendus"]
    await rentree.reserver(parcours_id=parcours_id, etape_id=str(ETAPE))
    ensuite = (await rentree.voir())["attendus"]

    assert [(a["parcours_id"], a["entree_prevue_le"]) for a in attendus] == [
        (parcours_id, "2026-10-05")
    ]
    assert (ailleurs, ensuite) == ([], [])
    [place] = await rentree.porte.journal(parcours_id)
    assert place.causationid == f"{avis.source}:{parcours_id} {avis.id}"


@pytest.mark.parametrize(
    ("capacite", "code"),
    [(-1, "HORS_BORNES"), (2.5, "FORMAT_NOMBRE"), ("12", "FORMAT_NOMBRE"), (None, "FORMAT_NOMBRE")],
)
async def test_une_capacite_est_un_nombre_de_places(rentree: Rentree, capacite: object, code: str):
    refus = await rentree.ouvrir(capacite)

    assert refus.status_code == 422
    assert [(e["code"], e["pointeur"]) for e in refus.json()["erreurs"]] == [(code, "/capacite")]


async def test_une_demande_ne_se_date_pas_de_l_avenir_et_ne_dit_rien_de_trop(rentree: Rentree):
    await rentree.ouvrir(1)

    demain = await rentree.reserver(survenu_le=(now() + timedelta(days=1)).isoformat())
    nir = await rentree.reserver(nir="185057800608436")

    assert [(e["code"], e["pointeur"]) for e in demain.json()["erreurs"]] == [
        ("DATE_FUTURE", "/survenu_le")
    ]
    assert [(e["code"], e["pointeur"]) for e in nir.json()["erreurs"]] == [
        ("CHAMP_INCONNU", "/nir")
    ]
    assert "185057" not in nir.text


async def test_il_faut_la_portee_des_inscriptions(rentree: Rentree):
    autre = await rentree.porte.de(ORGANISME, "evenements:ecrire:positionnement")
    seule = await rentree.porte.de(ORGANISME, "evenements:ecrire:inscription")

    refus, ouverte = await rentree.ouvrir(1, par=autre), await rentree.ouvrir(1, par=seule)

    assert (refus.status_code, ouverte.status_code) == (403, 200)
