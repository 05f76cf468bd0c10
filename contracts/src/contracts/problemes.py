"""Ce que l’on répond quand on ne peut pas faire : les codes, et leurs phrases en français.

Une phrase dit ce qui est attendu, jamais la valeur reçue : ce peut être un NIR.
`problem` et `field` sont lues par `kit.http`, qui ne sait pas le français.
"""

from collections.abc import Mapping
from typing import Final

TITRES: Final[dict[str, tuple[str, int]]] = {
    "CONNEXION_REQUISE": ("Connexion requise", 303),
    "JSON_INVALIDE": ("JSON illisible", 400),
    "CLE_INVALIDE": ("Clé absente, inconnue, expirée ou révoquée", 401),
    "PORTEE_INSUFFISANTE": ("Cette clé ne permet pas cela", 403),
    "SOURCE_ETRANGERE": ("La source n’est pas celle de votre organisation", 403),
    "DECISION_RESERVEE": ("Cette décision se demande au service qui la prend", 403),
    "INTERDIT": ("Ce n’est pas permis", 403),
    "ORIGINE_REFUSEE": ("La demande vient d’un autre site", 403),
    "INTROUVABLE": ("Introuvable", 404),
    "PARCOURS_INCONNU": ("Parcours inconnu", 404),
    "PLACES_NON_OUVERTES": ("Cette session n’a pas ouvert de places", 404),
    "METHODE_NON_PERMISE": ("Méthode non permise ici", 405),
    "CONFLIT_IDENTIFIANT": ("Cet identifiant porte déjà un autre contenu", 409),
    "PARCOURS_EFFACE": ("Parcours effacé", 410),
    "PERSONNE_EFFACEE": ("Personne effacée", 410),
    "SUPPRIME": ("Supprimé", 410),
    "TROP_GRAND": ("Envoi trop grand", 413),
    "FORMAT_NON_PRIS": ("Format non pris en charge", 415),
    "EVENEMENT_INVALIDE": ("Événement invalide", 422),
    "DEMANDE_INVALIDE": ("Demande invalide", 422),
    "TROP_DE_REQUETES": ("Trop de requêtes", 429),
    "ERREUR_INTERNE": ("Erreur de notre côté", 500),
    "INDISPONIBLE": ("Service momentanément indisponible", 503),
}

# pydantic's and kit.json's error types → our code and what to write instead.
_DATE: Final = (
    "FORMAT_DATE",
    "Une date avec son fuseau est attendue, par exemple 2026-03-02T09:00:00+01:00",
)
_JOUR: Final = ("FORMAT_DATE", "Un jour est attendu, par exemple 2026-03-02")
_NOMBRE: Final = ("FORMAT_NOMBRE", "Un nombre est attendu")
_CHAMPS: Final[dict[str, tuple[str, str]]] = {
    "missing": ("CHAMP_MANQUANT", "Champ attendu"),
    "extra_forbidden": ("CHAMP_INCONNU", "Champ non prévu"),
    "extension_reservee": ("CHAMP_RESERVE", "Champ posé par la plateforme : ne pas l’envoyer"),
    "confidence_corrigee": (
        "CONFIDENCE_CORRIGEE",
        "Un texte confidentiel ne se corrige pas : annuler l’événement et le renvoyer",
    ),
    "dataschema": ("FORMAT_SCHEMA", "Le schéma cité n’est pas celui du type"),
    "type_inconnu": ("TYPE_INCONNU", "Type absent du catalogue : voir /v1/types"),
    "non_gardable": ("VALEUR_NON_GARDEE", "Une valeur de ce document ne peut pas être gardée"),
    "date_future": ("DATE_FUTURE", "Ce fait ne peut pas être daté de l’avenir"),
    "union_tag_invalid": ("TYPE_INCONNU", "Type absent du catalogue : voir /v1/types"),
    "union_tag_not_found": ("CHAMP_MANQUANT", "Champ attendu"),
    "timezone_aware": _DATE,
    "datetime_type": _DATE,
    "datetime_parsing": _DATE,
    "datetime_from_date_parsing": _DATE,
    "datetime_object_invalid": _DATE,
    "date_type": _JOUR,
    "date_parsing": _JOUR,
    "date_from_datetime_parsing": _JOUR,
    "date_from_datetime_inexact": _JOUR,
    "uuid_type": ("FORMAT_UUID", "Un UUID est attendu"),
    "uuid_parsing": ("FORMAT_UUID", "Un UUID est attendu"),
    "enum": ("CODE_INCONNU", "Un code de la liste est attendu"),
    "literal_error": ("CODE_INCONNU", "Une des valeurs prévues est attendue"),
    "string_type": ("FORMAT_TEXTE", "Un texte est attendu"),
    "string_too_short": ("TEXTE_TROP_COURT", "Texte trop court"),
    "string_too_long": ("TEXTE_TROP_LONG", "Texte trop long"),
    "string_pattern_mismatch": ("FORMAT_TEXTE", "Le format attendu n’est pas respecté"),
    "int_type": _NOMBRE,
    "int_parsing": _NOMBRE,
    "int_from_float": ("FORMAT_NOMBRE", "Un nombre entier est attendu"),
    "float_type": _NOMBRE,
    "float_parsing": _NOMBRE,
    "finite_number": _NOMBRE,
    "greater_than_equal": ("HORS_BORNES", "Nombre trop petit"),
    "greater_than": ("HORS_BORNES", "Nombre trop petit"),
    "less_than_equal": ("HORS_BORNES", "Nombre trop grand"),
    "less_than": ("HORS_BORNES", "Nombre trop grand"),
    "bool_type": ("FORMAT_BOOLEEN", "true ou false est attendu"),
    "bool_parsing": ("FORMAT_BOOLEEN", "true ou false est attendu"),
    "list_type": ("FORMAT_LISTE", "Une liste est attendue"),
    "tuple_type": ("FORMAT_LISTE", "Une liste est attendue"),
    "too_long": ("LISTE_TROP_LONGUE", "Trop d’éléments"),
    "too_short": ("LISTE_TROP_COURTE", "Pas assez d’éléments"),
    "dict_type": ("FORMAT_OBJET", "Un objet est attendu"),
    "model_type": ("FORMAT_OBJET", "Un objet est attendu"),
    "model_attributes_type": ("FORMAT_OBJET", "Un objet est attendu"),
    "json_syntax": ("JSON_INVALIDE", "Le document n’est pas du JSON"),
    "json_encoding": ("JSON_INVALIDE", "Le document n’est pas en UTF-8"),
    "json_bom": ("JSON_INVALIDE", "Le document commence par une marque d’ordre : la retirer"),
    "json_depth": ("JSON_INVALIDE", "Vingt niveaux au plus"),
    "json_keys": ("JSON_INVALIDE", "Deux cents champs au plus par objet"),
    "json_duplicate_key": ("JSON_INVALIDE", "Un champ est écrit deux fois"),
    "json_string_length": ("TEXTE_TROP_LONG", "Texte de plus de 8 Kio"),
    "json_surrogate": ("JSON_INVALIDE", "Un caractère est coupé en deux"),
    "json_nul": ("JSON_INVALIDE", "Un caractère nul n’est pas un texte"),
    "json_not_finite": ("JSON_INVALIDE", "Un nombre fini est attendu"),
    "json_integer": ("JSON_INVALIDE", "Un nombre plus petit que 2^53 est attendu"),
}
_FORMATS: Final[dict[str, str]] = {
    "^[0-9]{14}$": "Un SIRET est attendu : 14 chiffres",
    "^[A-Z][0-9]{4}$": "Un code ROME est attendu, par exemple I1203",
    "^(RNCP|RS)[0-9]{1,6}$": "Un code RNCP ou RS est attendu, par exemple RNCP35510",
    "^RNCP[0-9]{1,6}BC[0-9]{1,3}$": "Un code de bloc est attendu, par exemple RNCP35510BC01",
    "^[0-9]{7}[a-zA-Z]$": "Un UAI est attendu : 7 chiffres et une lettre",
    "^urn:[a-z0-9]{2,31}:[A-Za-z0-9._:-]{1,200}$": (
        "Une source est attendue : le préfixe de votre organisation, par exemple urn:siret: et"
        " 14 chiffres"
    ),
    "^/(time|data/[a-z_]+(/[a-z0-9_]+)*)$": (
        "Un pointeur est attendu : /time, ou le chemin d’un champ, par exemple /data/heures_prevues"
    ),
    "^[a-z0-9_-]{1,40}$": "1 à 40 minuscules, chiffres ou tirets",
    "^[A-Za-z0-9._:/-]{1,80}$": "1 à 80 lettres, chiffres, points, tirets, deux-points ou barres",
    "^[A-Za-z0-9._:-]{1,80}$": "1 à 80 lettres, chiffres, points, tirets ou deux-points",
    "^[A-Za-z0-9._: -]{1,330}$": "La source et l’identifiant d’un événement, une espace entre",
    "^1\\.0$": "La version 1.0 de CloudEvents est attendue",
    "^application/json$": "application/json est attendu",
    "^[A-Za-z0-9._:-]{1,128}$": "1 à 128 lettres, chiffres, points, tirets ou deux-points",
    "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$": "Une trace W3C est attendue, ou rien",
    "^[0-9a-f]{64}$": "Une empreinte SHA-256 est attendue : 64 chiffres hexadécimaux",
}


def problem(code: str) -> tuple[str, int]:
    """Le titre d’un problème et son statut HTTP ; une règle d’un service a le titre des refus."""
    if code not in TITRES and code.endswith(("_INCONNU", "_INCONNUE", "_INCONNUES")):
        code = "INTROUVABLE"
    return TITRES.get(code, ("Demande refusée par une règle", 409))


def field(error_type: str, ctx: Mapping[str, object]) -> tuple[str, str]:
    """Le code et la phrase d’une faute de champ, d’après le type d’erreur du lecteur."""
    code, phrase = _CHAMPS.get(error_type, ("CHAMP_INVALIDE", "La valeur n’est pas acceptée"))
    if error_type == "string_pattern_mismatch":
        phrase = _FORMATS.get(str(ctx.get("pattern")), phrase)
    if error_type == "string_too_long" and "max_length" in ctx:
        phrase = f"{ctx['max_length']} caractères au plus"
    if error_type == "too_long" and "max_length" in ctx:
        phrase = f"{ctx['max_length']} éléments au plus"
    return code, phrase
