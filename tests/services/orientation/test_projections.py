"""Ce que l’orientation apprend du journal, et montre sans jamais s’en servir pour refuser."""

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from kit.consumer import Record
from kit.secrets import Fingerprint
from orientation import commands, projections, queries
from orientation.domain import Declaration, Ouverture, Prescription
from tests.contracts import faits
from tests.contracts.faits import le
from tests.fabriques import CAP_EMPLOI, MISSION_LOCALE, un_acte
from tests.services.conftest import Porte, appris


class Prescrit:
    """Une étape prescrite ici, et ce que l’on en voit."""

    def __init__(self, porte: Porte) -> None:
        self.db = porte.db

    async def commencer(self) -> "Prescrit":
        personne, acte, prescription = un_acte(), un_acte(), un_acte()
        await commands.declarer(
            self.db,
            personne.id,
            Declaration(nom="Lisière", prenom="Nadia"),
            organisation=MISSION_LOCALE,
            le=personne.le,
            empreinte=Fingerprint(SecretStr("p" * 32)),
        )
        ouverture = Ouverture(beneficiaire_id=personne.id, objectif="Devenir soudeuse")
        self.ouvert = await commands.ouvrir(self.db, ouverture, acte)
        self.prescrite = await commands.prescrire(self.db, acte.id, Prescription(), prescription)
        self.parcours_id, self.etape_id = acte.id, prescription.id
        return self

    async def apprendre(self, records: Sequence[Record]) -> None:
        async with self.db.begin() as tx:
            await projections.apprendre(tx, records)

    async def voir(self) -> dict[str, Any]:
        vu = await queries.parcours(
            self.db, self.parcours_id, MISSION_LOCALE, le=le(1, mois=12).date()
        )
        return vu.model_dump(mode="json")


@pytest.fixture
async def prescrit(ouvrir_porte: Callable[[str], Porte]) -> Prescrit:
    return await Prescrit(ouvrir_porte("orientation")).commencer()


async def test_le_dernier_fait_de_l_etape_et_son_etat_se_lisent(prescrit: Prescrit):
    entree = faits.entree(le(2, mois=10), etape_id=prescrit.etape_id)
    suspension = faits.suspension(le(20, mois=10), etape_id=prescrit.etape_id)
    emploi = faits.retour_emploi(le(2, mois=11))

    await prescrit.apprendre(appris(prescrit.parcours_id, entree, suspension, emploi))

    vu = await prescrit.voir()
    journal = vu["etapes"][0]["journal"]
    assert journal["etat"] == "SUSPENDUE"
    assert journal["dernier_fait"]["evenement"]["id"] == suspension.id
    assert vu["journal"]["etat"] == "SUSPENDU"
    assert vu["journal"]["dernier_fait"]["libelle"] == "Retour à l’emploi déclaré"


@pytest.mark.parametrize("ordre", list(permutations(range(4))))
async def test_une_annulation_et_une_correction_comptent_dans_tous_les_ordres(
    prescrit: Prescrit, ordre: tuple[int, ...]
):
    entree = faits.entree(le(2, mois=10), etape_id=prescrit.etape_id)
    abandon = faits.abandon(le(20, mois=10), etape_id=prescrit.etape_id)
    evenements = [
        entree,
        abandon,
        faits.annulation(abandon),
        faits.correction(entree, {"/time": "2026-10-05T12:00:00+02:00"}),
    ]

    for rang in ordre:
        await prescrit.apprendre(appris(prescrit.parcours_id, evenements[rang]))

    journal = (await prescrit.voir())["etapes"][0]["journal"]
    assert journal["etat"] == "EN_FORMATION"
    assert journal["dernier_fait"]["survenu_le"].startswith("2026-10-05")


async def test_apprendre_deux_fois_ne_change_rien(prescrit: Prescrit):
    records = appris(
        prescrit.parcours_id,
        prescrit.ouvert,
        prescrit.prescrite,
        faits.entree(le(2, mois=10), etape_id=prescrit.etape_id),
    )
    await prescrit.apprendre(records)
    avant = await prescrit.voir()

    await prescrit.apprendre(records)

    assert await prescrit.voir() == avant
    assert [etape["etape_id"] for etape in avant["etapes"]] == [str(prescrit.etape_id)]


async def test_une_etape_prescrite_ailleurs_se_voit_aussi(prescrit: Prescrit):
    ailleurs = faits.orientation(
        le(3, mois=9), etape_id=faits.AUTRE_ETAPE, domaine="Remise à niveau", par=CAP_EMPLOI
    )

    await prescrit.apprendre(appris(prescrit.parcours_id, prescrit.prescrite, ailleurs))

    ici, autre = (await prescrit.voir())["etapes"]
    assert UUID(ici["etape_id"]) == prescrit.etape_id
    assert UUID(autre["etape_id"]) == faits.AUTRE_ETAPE
    assert (autre["domaine"], autre["positionnements"]) == ("Remise à niveau", [])


async def test_le_parcours_d_un_autre_ne_s_apprend_pas(prescrit: Prescrit):
    await prescrit.apprendre(appris(faits.PARCOURS, faits.entree(le(2, mois=10))))

    assert (await prescrit.voir())["journal"] == {"etat": "OUVERT", "dernier_fait": None}


async def test_ce_qui_ne_se_lit_pas_n_est_pas_avale(prescrit: Prescrit):
    [record] = appris(prescrit.parcours_id, faits.entree(le(2, mois=10)))

    with pytest.raises(ValueError, match="time"):
        await prescrit.apprendre([record._replace(value=record.value.replace(b'"time"', b'"t"'))])
