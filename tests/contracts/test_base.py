"""L’enveloppe, les confidences qui n’en sortent pas, et qui est nommé."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, cast, get_args, get_type_hints
from uuid import NAMESPACE_URL, uuid5

import pytest
from cloudevents.core.bindings.http import to_structured_event
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from contracts.base import Donnees, Evenement, Reference, confidentiels, jour
from contracts.catalogue import PAR_TYPE, lire, valider
from contracts.evenement import EvenementAnnule
from contracts.passerelle import PasserelleDecisionRendue, PasserelleSaisineDeposee
from contracts.positionnement import PositionnementRefusArgumente
from contracts.suivi import SuiviEntreeEffective
from tests.contracts.quelconques import un_document, un_exemple

CLASSES = list(PAR_TYPE.values())
PAR_NOM = pytest.mark.parametrize("classe", CLASSES, ids=lambda classe: classe.nom)
SECRET = "Elle m’a confié être enceinte."
CONFIDENTIELS = {
    "passerelle.saisine_deposee": ["bilan"],
    "passerelle.decision_rendue": ["motivation"],
    "positionnement.refus_argumente": ["diagnostic"],
}


def donnees_de(classe: type[Evenement]) -> type[Donnees]:
    return cast("type[Donnees]", classe.model_fields["data"].annotation)


# -- confidences


@PAR_NOM
def test_les_champs_confidentiels_sont_ceux_du_catalogue(classe: type[Evenement]):
    assert confidentiels(donnees_de(classe)) == tuple(CONFIDENTIELS.get(classe.nom, []))


@PAR_NOM
def test_aucune_confidence_ne_se_cache_dans_un_objet(classe: type[Evenement]):
    for modele in _objets(donnees_de(classe)):
        assert confidentiels(modele) == (), modele


def _objets(annotation: Any) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for dedans in get_type_hints(annotation).values():
            for objet in _objets(dedans):
                yield objet
                yield from _objets(objet)
        if not issubclass(annotation, Donnees):
            yield annotation
    for argument in get_args(annotation):
        yield from _objets(argument)


@PAR_NOM
@given(hasard=st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_un_texte_confidentiel_ne_voyage_jamais(classe: type[Evenement], hasard: st.DataObject):
    document = hasard.draw(un_document(classe))
    textes = {
        nom: f"{SECRET} {hasard.draw(st.text(max_size=10))}".strip()
        for nom in CONFIDENTIELS.get(classe.nom, [])
        if hasard.draw(st.booleans())
    }
    for nom in CONFIDENTIELS.get(classe.nom, []):
        document["data"].pop(nom, None)
    document["data"] |= textes

    voyage = valider(document).separer()

    assert voyage.a_part == textes
    assert voyage.data.confidences == tuple(sorted(textes))
    for dit in (voyage.model_dump_json(), repr(voyage), str(voyage.model_dump())):
        assert SECRET not in dit
    assert lire(voyage.model_dump_json(exclude_none=True)).a_part == {}
    assert SECRET not in repr(voyage.model_copy(update={"organisation": "urn:siret:1"}))


def test_separer_ne_change_pas_ce_qui_a_ete_recu():
    recu = valider(un_exemple(PositionnementRefusArgumente))

    recu.separer()

    assert recu.data.diagnostic
    assert recu.a_part == {}


@PAR_NOM
def test_sans_confidence_l_evenement_voyage_tel_quel(classe: type[Evenement]):
    document = un_exemple(classe)
    for nom in CONFIDENTIELS.get(classe.nom, []):
        document["data"].pop(nom, None)
    evenement = valider(document)

    assert evenement.separer() is evenement


# -- what is missing


def test_ce_qui_manque_est_dit_sans_rien_refuser():
    document = un_exemple(SuiviEntreeEffective)
    document["data"] = {"session_id": document["data"]["session_id"], "nouveau_plan": False}

    assert valider(document).a_completer == {
        "heures_prevues": "Dire le nombre d’heures prévues.",
        "fin_prevue_le": "Dire la date de fin prévue.",
    }


def test_une_confidence_mise_a_part_ne_manque_pas():
    refus = valider(un_exemple(PositionnementRefusArgumente))

    assert refus.separer().a_completer == {}


@PAR_NOM
def test_ce_qui_est_attendu_est_un_champ_facultatif_et_se_dit_en_une_phrase(
    classe: type[Evenement],
):
    donnees = donnees_de(classe)
    for champ, phrase in donnees.attendus.items():
        assert not donnees.model_fields[champ].is_required()
        assert phrase[0].isupper()
        assert phrase.endswith(".")
        assert "'" not in phrase


@PAR_NOM
def test_le_plus_petit_evenement_est_pris(classe: type[Evenement]):
    """Un trou n’est pas un refus : seul l’indispensable est exigé."""
    document = un_exemple(classe)
    champs = donnees_de(classe).model_fields
    document["data"] = {n: v for n, v in document["data"].items() if champs[n].is_required()}

    assert valider(document)


# -- who and what


def test_un_evenement_nomme_les_organismes_et_non_les_etablissements():
    document = un_exemple(PasserelleSaisineDeposee)

    assert valider(document).nommes == {
        f"urn:siret:{document['data'][champ]['siret']}" for champ in ("comite",)
    } | {f"urn:siret:{document['data']['etape_visee']['organisme_formateur']['siret']}"}


def test_un_evenement_nomme_les_membres_d_un_comite():
    document = un_exemple(PasserelleDecisionRendue)
    membres = {f"urn:siret:{membre['siret']}" for membre in document["data"]["membres"]}

    assert membres
    assert valider(document).nommes >= membres


@PAR_NOM
def test_le_lieu_et_le_certificateur_ne_sont_pas_nommes(classe: type[Evenement]):
    document = un_exemple(classe)
    etranger = {"siret": "99999999900001"}
    for champ in ("lieu", "certificateur"):
        if champ in donnees_de(classe).model_fields:
            document["data"][champ] = etranger

    assert "urn:siret:99999999900001" not in valider(document).nommes


def test_l_organisation_vient_de_la_cle_et_donne_l_origine():
    evenement = valider(un_exemple(SuiviEntreeEffective))
    urn = "urn:siret:99920031400022"

    assert evenement.origin is None
    assert evenement.model_copy(update={"organisation": urn}).origin == uuid5(NAMESPACE_URL, urn)


def test_une_rectification_a_une_cible_et_un_fait_n_en_a_pas():
    annulation = valider(document := un_exemple(EvenementAnnule))

    assert annulation.target == Reference(**document["data"]["cible"])
    assert valider(un_exemple(SuiviEntreeEffective)).target is None


def test_un_evenement_ne_se_modifie_pas():
    evenement = valider(un_exemple(SuiviEntreeEffective))

    with pytest.raises(ValueError, match="frozen"):
        evenement.data.heures_prevues = 1  # type: ignore[misc]


def test_un_jour_civil_est_celui_de_paris():
    assert jour(datetime(2026, 3, 1, 23, 30, tzinfo=UTC)) == date(2026, 3, 2)
    assert jour(datetime(2026, 7, 1, 21, 30, tzinfo=UTC)) == date(2026, 7, 1)


# -- the envelope, read and written by somebody else


@PAR_NOM
def test_un_autre_logiciel_lit_la_meme_enveloppe(classe: type[Evenement]):
    evenement = valider(un_exemple(classe)).model_copy(update={"organisation": "urn:siret:1"})

    lu = JSONFormat().read(CloudEvent, evenement.model_dump_json(exclude_none=True))

    assert Reference(lu.get_source(), lu.get_id()) == evenement.reference
    assert lu.get_type() == evenement.type
    assert lu.get_subject() == str(evenement.subject)
    assert lu.get_time() == evenement.time
    assert lu.get_data() == evenement.data.model_dump(mode="json", exclude_none=True)
    assert lu.get_extension("organisation") == "urn:siret:1"


@PAR_NOM
def test_ce_qu_un_autre_logiciel_ecrit_passe_la_porte(classe: type[Evenement]):
    document = un_exemple(classe)
    attributs = {nom: valeur for nom, valeur in document.items() if nom != "data"}
    attributs["time"] = datetime.fromisoformat(document["time"])
    ecrit = CloudEvent(attributs, document["data"])

    message = to_structured_event(ecrit, JSONFormat())

    assert message.headers["content-type"].startswith("application/cloudevents+json")
    assert valider(json.loads(message.body)) == valider(document)
