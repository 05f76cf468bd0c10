"""Un type publié ne fait que s’élargir : toute rupture est vue, tout ajout permis passe."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from contracts.compatibilite import ruptures
from contracts.generer import RACINE, SCHEMAS
from tests.contracts.quelconques import remplacer

Schema = dict[str, Any]
Retouche = Callable[[Schema], object]
PREFIXE = "fr.sanscouture."


def publie(type_: str) -> Schema:
    lu: Schema = json.loads((RACINE / SCHEMAS / f"{PREFIXE}{type_}.json").read_text())
    return lu


GARANTIE = publie("inscription.garantie.v1")
REFUS = publie("positionnement.refus_argumente.v2")
CORRECTION = publie("evenement.corrige.v1")


def retouche(schema: Schema, *gestes: Retouche) -> Schema:
    copie = deepcopy(schema)
    for geste in gestes:
        geste(copie)
    return copie


def poser(chemin: str, valeur: object) -> Retouche:
    def geste(schema: Schema) -> None:
        *pas, dernier = chemin.split("/")
        ici: Any = schema
        for un in pas:
            ici = ici[int(un) if un.isdigit() else un]
        ici[int(dernier) if dernier.isdigit() else dernier] = valeur

    return geste


def retirer(chemin: str, *valeurs: str) -> Retouche:
    def geste(schema: Schema) -> None:
        ici: Any = schema
        *pas, dernier = chemin.split("/")
        for un in pas:
            ici = ici[un]
        if valeurs:
            ici[dernier] = [v for v in ici[dernier] if v not in valeurs]
        else:
            del ici[dernier]

    return geste


DONNEES = "$defs/InscriptionGarantieDonnees"
REFUSE = "$defs/PositionnementRefusArgumenteDonnees"
ALTERNATIVES = f"{REFUSE}/properties/alternatives"


@pytest.mark.parametrize(
    ("avant", "gestes", "lieu"),
    [
        (GARANTIE, [retirer(f"{DONNEES}/properties/detail")], "/data/detail"),
        (
            GARANTIE,  # renamed: one is gone, and the new one is no matter
            [
                retirer(f"{DONNEES}/properties/detail"),
                poser(f"{DONNEES}/properties/details", {"type": "string"}),
            ],
            "/data/detail",
        ),
        (GARANTIE, [retirer("properties/sequence")], "/sequence"),
        (
            GARANTIE,
            [
                poser(f"{DONNEES}/properties/heure", {"type": "string"}),
                poser(f"{DONNEES}/required/0", "heure"),
            ],
            "/data/heure",
        ),
        (GARANTIE, [poser(f"{DONNEES}/required/0", "detail")], "/data/detail"),
        (
            GARANTIE,
            [retirer(f"{DONNEES}/required", "entree_prevue_le")],
            "/data/entree_prevue_le",
        ),
        (
            GARANTIE,
            [poser(f"{DONNEES}/properties/entree_prevue_le/type", "integer")],
            "/data/entree_prevue_le",
        ),
        (
            GARANTIE,
            [poser(f"{DONNEES}/properties/entree_prevue_le/format", "date-time")],
            "/data/entree_prevue_le",
        ),
        (
            GARANTIE,
            [
                poser(
                    f"{DONNEES}/properties/entree_prevue_le",
                    {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
                )
            ],
            "/data/entree_prevue_le",
        ),
        (GARANTIE, [poser("properties/id/pattern", "^[0-9]+$")], "/id"),
        (GARANTIE, [poser("properties/type/const", f"{PREFIXE}autre.v1")], "/type"),
        (GARANTIE, [poser("propertyNames/pattern", "^[a-z]+$")], "/"),
        (GARANTIE, [poser("additionalProperties", {"type": "string"})], "/"),
        (
            GARANTIE,
            [poser("$defs/DossierRef/properties/valeur/maxLength", 20)],
            "/data/dossier_ref/valeur",
        ),
        (REFUS, [retirer("$defs/MotifRefus/enum", "DOUBLON")], "/data/motif"),
        (REFUS, [poser(f"{REFUSE}/properties/motif/default", "AUTRE")], "/data/motif"),
        (REFUS, [poser(f"{ALTERNATIVES}/maxItems", 5)], "/data/alternatives"),
        (REFUS, [poser(f"{ALTERNATIVES}/minItems", 1)], "/data/alternatives"),
        (
            REFUS,
            [retirer("$defs/Immersion/properties/employeur")],
            "/data/alternatives/*/employeur",
        ),
        (
            REFUS,
            [poser(f"{ALTERNATIVES}/items/oneOf", [])],
            "/data/alternatives/*",
        ),
        (
            REFUS,
            [
                poser(
                    f"{ALTERNATIVES}/items/oneOf",
                    [{"$ref": "#/$defs/AutreSession"}, {"$ref": "#/$defs/Prestation"}],
                )
            ],
            "/data/alternatives/*",
        ),
        (
            REFUS,
            [
                poser(
                    f"{REFUSE}/properties/diagnostic/anyOf",
                    [{"type": "string", "minLength": 30, "maxLength": 4000}, {"type": "null"}],
                )
            ],
            "/data/diagnostic",
        ),
        (
            CORRECTION,
            [poser("$defs/EvenementCorrigeDonnees/properties/champs/maxProperties", 2)],
            "/data/champs",
        ),
    ],
)
def test_une_rupture_est_vue_et_dite_ou_elle_est(avant: Schema, gestes: list[Retouche], lieu: str):
    vues = ruptures(avant, retouche(avant, *gestes))

    assert vues
    assert any(vue.startswith((f"{lieu} : ", f"{lieu}/")) for vue in vues), vues


@pytest.mark.parametrize(
    ("avant", "gestes"),
    [
        (GARANTIE, []),
        (GARANTIE, [poser(f"{DONNEES}/properties/etage", {"type": "string"})]),
        (GARANTIE, [poser("properties/nouvelle", {"type": "string"})]),
        (GARANTIE, [poser("description", "Mieux dit."), poser("deprecated", valeur=True)]),
        (GARANTIE, [poser(f"{DONNEES}/properties/detail/description", "Mieux dit.")]),
        (GARANTIE, [poser("examples", [])]),
        (REFUS, [poser("$defs/MotifRefus/enum/0", "NOUVEAU"), retirer("examples")]),
        (REFUS, [poser(f"{ALTERNATIVES}/maxItems", 20)]),
        (REFUS, [retirer(f"{ALTERNATIVES}/maxItems")]),
        (
            CORRECTION,
            [poser("$defs/EvenementCorrigeDonnees/properties/champs/minProperties", 0)],
        ),
    ],
)
def test_un_elargissement_passe(avant: Schema, gestes: list[Retouche]):
    apres = retouche(avant, *gestes)
    if "NOUVEAU" in str(apres):
        apres["$defs"]["MotifRefus"]["enum"].append(avant["$defs"]["MotifRefus"]["enum"][0])

    assert ruptures(avant, apres) == []


def test_une_alternative_d_une_nouvelle_sorte_passe():
    nouvelle = {"type": "object", "properties": {"type": {"const": "STAGE", "type": "string"}}}
    formes = [nouvelle, *reversed(REFUS["$defs"]["PositionnementRefusArgumenteDonnees"]
        ["properties"]["alternatives"]["items"]["oneOf"])]  # fmt: skip

    apres = retouche(REFUS, poser(f"{ALTERNATIVES}/items/oneOf", formes))

    assert ruptures(REFUS, apres) == []


def test_une_definition_peut_changer_de_nom():
    apres = json.loads(json.dumps(REFUS).replace("/Immersion", "/Stage"))
    apres["$defs"]["Stage"] = apres["$defs"].pop("Immersion")

    assert ruptures(REFUS, apres) == []


def test_la_v2_d_un_type_rompt_avec_la_v1_et_c_est_pourquoi_elle_en_est_une():
    vues = ruptures(publie("positionnement.refus_argumente.v1"), REFUS)

    assert any(vue.startswith("/data/alternatives/*") for vue in vues)


def test_une_definition_qui_se_cite_elle_meme_se_compare():
    arbre: Schema = {
        "$ref": "#/$defs/Arbre",
        "$defs": {
            "Arbre": {
                "type": "object",
                "properties": {
                    "nom": {"type": "string"},
                    "enfants": {"type": "array", "items": {"$ref": "#/$defs/Arbre"}},
                },
            }
        },
    }

    change = remplacer(arbre, ("$defs", "Arbre", "properties", "nom", "type"), "integer")
    assert ruptures(arbre, arbre) == []
    assert ruptures(arbre, change) == ["/nom : « type » passe de « string » à « integer »"]
