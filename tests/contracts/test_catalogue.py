"""Chaque type est bien celui du catalogue, et la porte est stricte où la lecture ne l’est pas."""

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import contracts
from contracts import problemes
from contracts.base import Evenement, Flux
from contracts.catalogue import (
    PAR_TYPE,
    POSES_PAR_LA_PLATEFORME,
    TOUS,
    FaitDeParcours,
    Rectification,
    lire,
    lire_tel_quel,
    nom_court,
    valider,
)
from contracts.positionnement import PositionnementRefusArgumente
from contracts.suivi import SuiviEntreeEffective
from tests.contracts.quelconques import feuilles, remplacer, un_document, un_exemple

CLASSES = list(PAR_TYPE.values())
PAR_NOM = pytest.mark.parametrize("classe", CLASSES, ids=lambda classe: classe.nom)
# A value that may be a NIR, sent where it does not belong.
NIR = "185057512345678"


class Ligne(NamedTuple):
    portes: str
    proprietaire: str
    module: str


# Written from the catalogue, not from the code: one line per type, in the order of life.
CATALOGUE = {
    "parcours.ouvert": Ligne("C", "orientation", "parcours"),
    "orientation.orientation_prononcee": Ligne("FC", "orientation", "orientation"),
    "positionnement.demande": Ligne("FC", "orientation", "positionnement"),
    "positionnement.avis_favorable": Ligne("FC", "orientation", "positionnement"),
    "positionnement.refus_argumente": Ligne("FC", "orientation", "positionnement"),
    "inscription.place_reservee": Ligne("CT", "inscription", "inscription"),
    "inscription.garantie": Ligne("C", "inscription", "inscription"),
    "passerelle.saisine_deposee": Ligne("C", "passerelle", "passerelle"),
    "passerelle.decision_rendue": Ligne("C", "passerelle", "passerelle"),
    "suivi.entree_effective": Ligne("F", "suivi", "suivi"),
    "suivi.suspension_prononcee": Ligne("F", "suivi", "suivi"),
    "suivi.attestation_competences_delivree": Ligne("F", "suivi", "suivi"),
    "suivi.reprise_effective": Ligne("F", "suivi", "suivi"),
    "suivi.abandon_constate": Ligne("F", "suivi", "suivi"),
    "suivi.sortie_effective": Ligne("F", "suivi", "suivi"),
    "certification.resultat_prononce": Ligne("F", "suivi", "certification"),
    "emploi.retour_emploi_declare": Ligne("F", "suivi", "emploi"),
    "evenement.corrige": Ligne("F", "suivi", "evenement"),
    "evenement.annule": Ligne("F", "suivi", "evenement"),
    "evenement.conteste": Ligne("F", "suivi", "evenement"),
}
VERSIONS: dict[type[Evenement], int] = {PositionnementRefusArgumente: 2}
# From the first to the last of those that happen at the same second.
RANGS = [
    {"parcours.ouvert"},
    {"orientation.orientation_prononcee"},
    {
        "positionnement.demande",
        "positionnement.avis_favorable",
        "positionnement.refus_argumente",
    },
    {"inscription.place_reservee", "inscription.garantie"},
    {"suivi.entree_effective"},
    {"suivi.attestation_competences_delivree"},
    {"suivi.suspension_prononcee"},
    {"passerelle.saisine_deposee", "passerelle.decision_rendue"},
    {"suivi.reprise_effective"},
    {"suivi.abandon_constate"},
    {"suivi.sortie_effective"},
    {"certification.resultat_prononce"},
    {"emploi.retour_emploi_declare"},
    {"evenement.corrige", "evenement.annule", "evenement.conteste"},
]


def test_le_catalogue_est_complet():
    assert {classe.nom for classe in CLASSES} == set(CATALOGUE)


@PAR_NOM
def test_chaque_classe_est_celle_du_catalogue(classe: type[Evenement]):
    ligne = CATALOGUE[classe.nom]

    assert {porte.value for porte in classe.portes} == set(ligne.portes)
    assert classe.proprietaire == ligne.proprietaire
    assert classe.__module__ == f"contracts.{'anciens' if classe.remplacee_par else ligne.module}"
    assert classe.flux is Flux.PARCOURS
    assert not classe.planifie


@PAR_NOM
def test_le_type_le_nom_et_la_classe_disent_la_meme_chose(classe: type[Evenement]):
    type_ = classe.model_fields["type"].default

    assert get_args(classe.model_fields["type"].annotation) == (type_,)
    assert type_ == f"fr.sanscouture.{classe.nom}.v{VERSIONS.get(classe, 1)}"
    assert nom_court(type_) == classe.nom
    famille, _, fait = classe.nom.partition(".")
    attendu = "".join(mot.capitalize() for mot in f"{famille}_{fait}".split("_"))
    attendu += "V1" if classe.remplacee_par else ""
    assert classe.__name__ in {attendu, attendu.replace("OrientationOrientation", "Orientation")}


def test_a_la_meme_seconde_l_ordre_est_celui_de_la_vie():
    par_rang: dict[int, set[str]] = {}
    for classe in CLASSES:
        par_rang.setdefault(classe.rang, set()).add(classe.nom)

    assert [par_rang[rang] for rang in sorted(par_rang)] == RANGS


def _classes_des_modules() -> Iterator[type[Evenement]]:
    for module in pkgutil.walk_packages(contracts.__path__, "contracts."):
        for objet in vars(importlib.import_module(module.name)).values():
            if isinstance(objet, type) and issubclass(objet, Evenement):
                yield objet


def test_une_classe_d_evenement_est_au_catalogue_et_dans_l_union():
    trouvees = set(_classes_des_modules()) - {Evenement}

    assert trouvees == set(TOUS.values())
    derniers = {classe for classe in CLASSES if classe.remplacee_par is None}
    assert {*get_args(FaitDeParcours), *get_args(Rectification)} == derniers


# -- the door


def une_entree(**autres: Any) -> dict[str, Any]:
    return un_exemple(SuiviEntreeEffective) | autres


def fautes(document: dict[str, Any]) -> dict[str, str]:
    """Pointeur → code, tels qu’un partenaire les recevra."""
    with pytest.raises(ValidationError) as refus:
        valider(document)
    return {
        "/" + "/".join(map(str, erreur["loc"])): problemes.field(
            erreur["type"], erreur.get("ctx", {})
        )[0]
        for erreur in refus.value.errors()
    }


def test_toutes_les_fautes_sont_dites_d_un_coup():
    document = une_entree(
        id="", time="2026-03-02T09:00:00", Majuscule=1, position=3, datecivile="oui"
    )
    del document["specversion"]
    document["data"] = {
        "heures_prevues": -1,
        "fin_prevue_le": "le 2 mars",
        "nir": NIR,
        "organisme_formateur": {"siret": "12", "nom": "X"},
        "confidences": ["diagnostic"],
    }

    assert fautes(document) == {
        "/id": "FORMAT_TEXTE",
        "/time": "FORMAT_DATE",
        "/specversion": "CHAMP_MANQUANT",
        "/Majuscule": "CHAMP_INCONNU",
        "/position": "CHAMP_RESERVE",
        "/datecivile": "FORMAT_BOOLEEN",
        "/data/heures_prevues": "HORS_BORNES",
        "/data/fin_prevue_le": "FORMAT_DATE",
        "/data/nir": "CHAMP_INCONNU",
        "/data/organisme_formateur/siret": "FORMAT_TEXTE",
        "/data/organisme_formateur/nom": "CHAMP_INCONNU",
        "/data/confidences": "CHAMP_RESERVE",
    }


@PAR_NOM
def test_l_indispensable_manque(classe: type[Evenement]):
    for membre in ("specversion", "id", "source", "subject", "time", "data"):
        document = un_exemple(classe)
        del document[membre]

        assert fautes(document) == {f"/{membre}": "CHAMP_MANQUANT"}


@PAR_NOM
def test_un_champ_inconnu_de_data_est_refuse(classe: type[Evenement]):
    document = un_exemple(classe)
    document["data"]["remarque"] = "suivie pour une addiction"

    assert fautes(document) == {"/data/remarque": "CHAMP_INCONNU"}


@PAR_NOM
def test_ce_que_pose_la_plateforme_ne_s_envoie_pas(classe: type[Evenement]):
    for membre in POSES_PAR_LA_PLATEFORME:
        assert fautes(un_exemple(classe) | {membre: None}) == {f"/{membre}": "CHAMP_RESERVE"}


@pytest.mark.parametrize("valeur", ["Saint-Étienne", 12, True])
def test_une_extension_inconnue_est_gardee(valeur: object):
    evenement = valider(une_entree(monsysteme=valeur))

    assert lire(evenement.model_dump_json(exclude_none=True)).model_extra == {"monsysteme": valeur}


@pytest.mark.parametrize(
    ("nom", "valeur"),
    [
        ("Nom", "x"),
        ("mon_systeme", "x"),
        ("n" * 21, "x"),
        ("objet", {}),
        ("reel", 1.5),
        ("rien", None),
    ],
)
def test_une_extension_mal_faite_est_refusee(nom: str, valeur: object):
    assert fautes(une_entree(**{nom: valeur})) == {f"/{nom}": "CHAMP_INCONNU"}


@pytest.mark.parametrize(
    ("time", "code"),
    [
        ("2026-03-02T09:00:00", "FORMAT_DATE"),
        ("2026-03-02", "FORMAT_DATE"),
        ("1772449200", "FORMAT_DATE"),
        (1772449200, "FORMAT_DATE"),
        (True, "FORMAT_DATE"),
        (None, "FORMAT_DATE"),
        ("2026-02-30T09:00:00Z", "FORMAT_DATE"),
        ("9999-12-31T23:59:59-12:00", "FORMAT_DATE"),
        ("0001-01-01T00:00:00+14:00", "FORMAT_DATE"),
    ],
)
def test_une_date_s_ecrit_avec_son_fuseau(time: object, code: str):
    assert fautes(une_entree(time=time)) == {"/time": code}


@pytest.mark.parametrize(
    ("champ", "valeur", "code"),
    [
        ("heures_prevues", "300", "FORMAT_NOMBRE"),
        ("heures_prevues", True, "FORMAT_NOMBRE"),
        ("heures_prevues", 10_001, "HORS_BORNES"),
        ("nouveau_plan", "oui", "FORMAT_BOOLEEN"),
        ("nouveau_plan", 1, "FORMAT_BOOLEEN"),
        ("fin_prevue_le", 20260911, "FORMAT_DATE"),
        ("fin_prevue_le", "20260911", "FORMAT_DATE"),
        ("etape_id", "48213", "FORMAT_UUID"),
        ("lieu", "Roanne", "FORMAT_OBJET"),
    ],
)
def test_une_valeur_n_est_jamais_devinee(champ: str, valeur: object, code: str):
    document = une_entree()
    document["data"][champ] = valeur

    assert fautes(document) == {f"/data/{champ}": code}


def test_le_schema_cite_est_celui_du_type():
    ailleurs = "https://exemple.fr/v1/types/fr.sanscouture.suivi.sortie_effective.v1"

    assert fautes(une_entree(dataschema=ailleurs)) == {"/dataschema": "FORMAT_SCHEMA"}
    assert valider(une_entree(dataschema=ailleurs.replace("sortie", "entree")))


@pytest.mark.parametrize("data", [None, [], "x", 3])
def test_data_est_un_objet(data: object):
    assert fautes(une_entree(data=data)) == {"/data": "FORMAT_OBJET"}


def test_une_sorte_d_alternative_inconnue_est_un_code_inconnu_et_n_est_pas_repetee():
    document = un_exemple(PositionnementRefusArgumente)
    document["data"]["alternatives"] = [{"type": NIR}]

    assert fautes(document) == {"/data/alternatives/0/type": "CODE_INCONNU"}
    with pytest.raises(ValidationError) as refus:
        valider(document)
    assert NIR not in str(refus.value) + repr(refus.value.errors())


@PAR_NOM
@given(hasard=st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_une_valeur_refusee_n_est_jamais_repetee(classe: type[Evenement], hasard: st.DataObject):
    document = hasard.draw(un_document(classe))
    chemin = hasard.draw(st.sampled_from([c for c in feuilles(document) if c != ("type",)]))
    valeur = hasard.draw(
        st.sampled_from([NIR, int(NIR), [NIR], {"nir": NIR}, f"2026-{NIR}", f"urn:uuid:{NIR}"])
    )

    try:
        valider(remplacer(document, chemin, valeur))
    except ValidationError as refus:
        dit = str(refus) + repr(refus.errors())
        assert NIR not in dit
        for erreur in refus.errors():
            code, phrase = problemes.field(erreur["type"], erreur.get("ctx", {}))
            assert code != "CHAMP_INVALIDE", erreur["type"]
            assert NIR not in phrase


# -- after the door


@PAR_NOM
def test_la_lecture_laisse_de_cote_les_champs_de_demain(classe: type[Evenement]):
    document = un_exemple(classe) | {"extensiondedemain": "x"}
    attendu = lire(document).data
    document["data"] |= {"champ_de_demain": {"a": [1]}}
    for valeur in document["data"].values():
        if isinstance(valeur, dict) and "siret" in valeur:
            valeur["nom_de_demain"] = "x"

    assert lire(document).data == attendu


@PAR_NOM
def test_ce_qui_est_ecrit_au_journal_se_relit_tel_quel(classe: type[Evenement]):
    evenement = valider(un_exemple(classe)).separer()
    pose = {
        "organisation": "urn:siret:99910042300014",
        "recordedtime": datetime(2026, 3, 2, 11, tzinfo=UTC),
        "partition": 3,
        "position": 1042,
        "version": 7,
    }
    au_journal = evenement.model_copy(update=pose)

    relu = lire_tel_quel(au_journal.model_dump_json(exclude_none=True))

    assert relu.model_dump() == au_journal.model_dump()
    assert type(relu) is classe


@pytest.mark.parametrize("document", [{}, {"type": 3}, {"type": "fr.sanscouture.inconnu.v1"}])
def test_un_type_inconnu_ne_se_lit_pas(document: dict[str, Any]):
    with pytest.raises(ValidationError, match="union_tag"):
        lire(document)
