"""Ce qui a été dit dans une ancienne version se lit dans la dernière, et ne se récrit pas."""

import json
from typing import Any
from uuid import UUID

import pytest

from contracts.anciens import PositionnementRefusArgumenteV1, VersionAncienne
from contracts.catalogue import PAR_TYPE, lire, lire_tel_quel, valider
from contracts.lecture import effets
from contracts.positionnement import PositionnementRefusArgumente
from tests.contracts.faits import correction, le, refus
from tests.contracts.quelconques import EXEMPLES, un_exemple

V1 = "fr.sanscouture.positionnement.refus_argumente.v1"
V2 = "fr.sanscouture.positionnement.refus_argumente.v2"
SIRET = "99910042300014"
SESSION = "019a4883-f980-7e3f-b9aa-4fe679c1bf76"


def un_refus(**alternative: object) -> dict[str, Any]:
    document = un_exemple(PositionnementRefusArgumenteV1)
    document["data"]["alternatives"] = [alternative]
    return document


@pytest.mark.parametrize("fichier", sorted(EXEMPLES.glob(f"{V1}*")), ids=lambda f: f.stem[15:])
def test_chaque_exemple_de_la_v1_se_lit_dans_la_v2_avec_tout_ce_qu_il_dit(fichier: Any):
    document = json.loads(fichier.read_text())

    lu = lire(document)

    assert isinstance(lu, PositionnementRefusArgumente)
    assert lu.type == V2
    assert (lu.reference, lu.time, lu.subject) == (
        (document["source"], document["id"]),
        lu.dit.time,
        UUID(document["subject"]),
    )
    dit = lu.dit.model_dump(mode="json", exclude={"type", "data"})
    assert lu.model_dump(mode="json", exclude={"type", "data"}) == dit
    tus = {"alternatives"}
    assert lu.data.model_dump(exclude=tus) == lu.dit.data.model_dump(exclude=tus)
    assert lu.dit.model_dump(mode="json", exclude_unset=True) == document


@pytest.mark.parametrize(
    ("dite", "lue"),
    [
        (
            {"type": "AUTRE_SESSION", "session_id": SESSION, "organisme": {"siret": SIRET}},
            {"type": "AUTRE_SESSION", "session_id": SESSION, "organisme": {"siret": SIRET}},
        ),
        ({"type": "AUTRE_SESSION"}, {"type": "AUTRE_SESSION"}),
        (
            {"type": "IMMERSION", "organisme": {"siret": SIRET}, "precision": "Deux semaines"},
            {"type": "IMMERSION", "employeur": {"siret": SIRET}, "precision": "Deux semaines"},
        ),
        (
            {"type": "IMMERSION", "session_id": SESSION},  # an immersion is on no session
            {"type": "IMMERSION"},
        ),
        (
            {"type": "PRESTATION", "organisme": {"siret": SIRET}, "precision": "Atelier CV"},
            {"type": "PRESTATION", "organisme": {"siret": SIRET}, "precision": "Atelier CV"},
        ),
        (
            {"type": "REMISE_A_NIVEAU", "session_id": SESSION},
            {"type": "REMISE_A_NIVEAU", "session_id": SESSION},
        ),
        ({"type": "AUTRE", "precision": "Bénévolat"}, {"type": "AUTRE", "precision": "Bénévolat"}),
        ({"type": "NON_COMMUNIQUE"}, {"type": "NON_COMMUNIQUE"}),
    ],
    ids=str,
)
def test_chaque_sorte_d_alternative_se_dit_dans_la_suivante(
    dite: dict[str, object], lue: dict[str, object]
):
    [alternative] = lire(un_refus(**dite)).data.alternatives

    assert alternative.model_dump(mode="json", exclude_none=True) == lue


def test_a_la_porte_la_v1_reste_la_v1_et_sa_confidence_est_a_part():
    recu = valider(un_exemple(PositionnementRefusArgumenteV1))

    assert isinstance(recu, VersionAncienne)
    assert recu.type == V1
    assert list(recu.separer().a_part) == ["diagnostic"]
    assert lire_tel_quel(recu.separer().model_dump_json()).type == V1


def test_a_la_porte_une_alternative_de_la_v2_ne_nomme_que_ce_qui_est_de_sa_sorte():
    document = un_exemple(PositionnementRefusArgumente)
    document["data"]["alternatives"] = [{"type": "IMMERSION", "session_id": SESSION}]

    with pytest.raises(ValueError, match="extra_forbidden"):
        valider(document)


def test_ce_que_la_v2_attend_ne_se_demande_pas_a_qui_a_ecrit_la_v1():
    ecrit_en_v2 = un_refus(type="IMMERSION") | {"type": V2}

    assert lire(un_refus(type="IMMERSION")).a_completer == {}
    assert list(lire(ecrit_en_v2).a_completer) == ["alternatives/0/employeur"]


def test_une_correction_vise_la_version_postee_et_se_lit_dans_la_derniere():
    poste = refus(le(9), alternatives=[{"type": "IMMERSION"}])
    precise = correction(poste, {"/data/alternatives/0/organisme": {"siret": SIRET}}, le(10))
    motive = correction(poste, {"/data/motif": "DOUBLON"}, le(11), id="puis")

    [lu] = effets([poste, precise, motive]).evenements

    assert isinstance(lu, PositionnementRefusArgumente)
    assert lu.data.motif == "DOUBLON"
    assert lu.data.alternatives[0].model_dump(exclude_none=True)["employeur"] == {"siret": SIRET}


def test_une_ancienne_version_dit_celle_qui_la_remplace():
    anciennes = {type_: c.remplacee_par for type_, c in PAR_TYPE.items() if c.remplacee_par}

    assert anciennes == {V1: V2}
