"""Le corps d’une commande, et ce qu’elle répond."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from pydantic import ValidationError

from contracts.base import Etablissement, Reference
from contracts.catalogue import valider
from contracts.commande import Acte, Demande, Recu
from contracts.suivi import SuiviEntreeEffective
from tests.contracts.quelconques import un_exemple

PARCOURS = UUID("019bb184-f780-7ed9-94f8-c81f06024672")
ACTE = Acte(
    source="urn:sanscouture:inscription",
    id=UUID("019c2831-1d60-7000-8000-000000000001"),
    organisation="urn:siret:99920031400022",
    le=datetime(2026, 2, 4, 10, 3, tzinfo=UTC),
)


class Reservation(Demande):
    lieu: Etablissement | None = None


class Reserve(Recu):
    reservation_id: UUID


@pytest.mark.parametrize(
    ("corps", "pointeur"),
    [
        ({"remarque": "x"}, ("remarque",)),
        ({"lieu": {"siret": "99920031400022", "nom": "x"}}, ("lieu", "nom")),
        ({"survenu_le": "2026-02-04T10:03:00"}, ("survenu_le",)),
        ({"survenu_le": 1770199380}, ("survenu_le",)),
    ],
    ids=str,
)
def test_une_demande_ne_prend_que_ce_qu_elle_prevoit(
    corps: dict[str, object], pointeur: tuple[str, ...]
):
    with pytest.raises(ValidationError) as refus:
        Reservation.model_validate(corps)

    assert [erreur["loc"] for erreur in refus.value.errors()] == [pointeur]


def test_une_decision_peut_etre_datee_d_avant_sa_saisie():
    demande = Reservation.model_validate({"survenu_le": "2026-01-30T17:00:00+01:00"})

    assert demande.survenu_le == datetime(2026, 1, 30, 16, tzinfo=UTC)


def test_l_enveloppe_d_une_decision_dit_qui_a_decide_et_d_apres_quoi():
    cause = Reference("urn:siret:99920031400022:scolarite", "avis-1")
    exemple = un_exemple(SuiviEntreeEffective)

    evenement = SuiviEntreeEffective(data=exemple["data"], **ACTE.enveloppe(PARCOURS, cause))

    assert evenement.reference == ("urn:sanscouture:inscription", str(ACTE.id))
    assert evenement.subject == PARCOURS
    assert evenement.time == ACTE.le
    assert evenement.organisation == ACTE.organisation
    assert evenement.causationid == "urn:siret:99920031400022:scolarite avis-1"


def test_sans_cause_une_decision_n_en_invente_pas():
    assert ACTE.enveloppe(PARCOURS)["causationid"] is None


def test_la_reponse_dit_l_evenement_ecrit_et_ce_qui_lui_manque():
    document = un_exemple(SuiviEntreeEffective)
    del document["data"]["fin_prevue_le"]
    evenement = valider(document)

    recu = Reserve.de(evenement, reservation_id=ACTE.id)

    assert recu.model_dump(mode="json") == {
        "evenement": {"source": document["source"], "id": document["id"]},
        "a_completer": {"fin_prevue_le": "Dire la date de fin prévue."},
        "reservation_id": str(ACTE.id),
    }
