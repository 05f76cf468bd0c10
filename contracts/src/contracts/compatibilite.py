"""Ce qui, d’un schéma publié au suivant, romprait avec qui le lit ou l’écrit.

Un type garde sa version tant qu’il ne fait que s’élargir : un champ facultatif de plus, un code de
plus dans une liste, une forme de plus dans un choix, une borne plus large, une phrase mieux dite.
Ce qui s’écrivait s’écrit encore, et ce qu’un lecteur attendait y est toujours.
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

# Said to people; nobody's program depends on it.
_PROSE = {"$schema", "$defs", "title", "description", "examples", "deprecated"}
_CHOIX = ("anyOf", "oneOf")
_ELARGIES_EN_MONTANT = {"maxLength", "maxItems", "maximum", "maxProperties"}
_ELARGIES_EN_DESCENDANT = {"minLength", "minItems", "minimum", "minProperties"}
_A_PART = {"properties", "required", "enum", "items", "discriminator", *_CHOIX}


def ruptures(avant: Schema, apres: Schema) -> list[str]:
    """Une phrase par rupture, le chemin d’abord ; aucune si `apres` ne fait qu’élargir `avant`."""
    return [f"{lieu or '/'} : {phrase}" for lieu, phrase in _Comparaison(avant, apres).tout()]


class _Comparaison:
    """Deux schémas lus ensemble : leurs définitions n’ont pas à porter le même nom."""

    def __init__(self, avant: Schema, apres: Schema) -> None:
        self._avant, self._apres = avant, apres
        self._vues: set[tuple[str, str]] = set()

    def tout(self) -> Iterator[tuple[str, str]]:
        yield from self._comparer(self._avant, self._apres, "")

    def _comparer(self, avant: Schema, apres: Schema, lieu: str) -> Iterator[tuple[str, str]]:
        citees = (str(avant.get("$ref")), str(apres.get("$ref")))
        if "None" not in citees:
            if citees in self._vues:  # a definition may cite itself
                return
            self._vues = self._vues | {citees}
        avant, apres = _ouvrir(self._avant, avant), _ouvrir(self._apres, apres)
        yield from _mots(avant, apres, lieu)
        yield from _codes(avant, apres, lieu)
        yield from self._champs(avant, apres, lieu)
        if "items" in avant and "items" in apres:
            yield from self._comparer(avant["items"], apres["items"], f"{lieu}/*")
        for mot in _CHOIX:
            yield from self._formes(avant.get(mot, []), apres.get(mot, []), lieu)
        self._vues = self._vues - {citees}

    def _champs(self, avant: Schema, apres: Schema, lieu: str) -> Iterator[tuple[str, str]]:
        exiges, exiges_apres = set(avant.get("required", ())), set(apres.get("required", ()))
        anciens, nouveaux = avant.get("properties", {}), apres.get("properties", {})
        for nom, champ in anciens.items():
            ici = f"{lieu}/{nom}"
            if nom not in nouveaux:
                yield ici, "ce champ a disparu"
                continue
            if nom in exiges - exiges_apres:
                yield ici, "ce champ, toujours présent, devient facultatif"
            if nom in exiges_apres - exiges:
                yield ici, "ce champ, facultatif, devient exigé"
            yield from self._comparer(champ, nouveaux[nom], ici)
        for nom in sorted((exiges_apres & nouveaux.keys()) - anciens.keys()):
            yield f"{lieu}/{nom}", "ce nouveau champ est exigé"

    def _formes(
        self, avant: list[Schema], apres: list[Schema], lieu: str
    ) -> Iterator[tuple[str, str]]:
        """Chaque forme d’hier est une forme d’aujourd’hui, à la même place ou à une autre."""
        if avant and any(_nulle(f) for f in apres) and not any(_nulle(f) for f in avant):
            yield lieu, "le champ peut désormais être nul"
        for rang, forme in enumerate(avant):
            essais = [list(self._comparer(forme, candidate, lieu)) for candidate in apres]
            if not essais:
                yield lieu, "une des formes possibles a disparu"
            elif all(essais):
                yield from essais[rang] if rang < len(essais) else min(essais, key=len)


def _ouvrir(racine: Schema, schema: Schema) -> Schema:
    """Le schéma, à la place de celui qu’il cite."""
    while "$ref" in schema:
        reference = schema["$ref"].removeprefix("#/$defs/")
        schema = racine["$defs"][reference] | {k: v for k, v in schema.items() if k != "$ref"}
    return schema


def _mots(avant: Schema, apres: Schema, lieu: str) -> Iterator[tuple[str, str]]:
    """Les mots simples : le type, le format, les bornes, la valeur par défaut."""
    for mot in sorted((avant.keys() | apres.keys()) - _PROSE - _A_PART):
        hier, demain = avant.get(mot), apres.get(mot)
        if hier == demain:
            continue
        if mot in _ELARGIES_EN_MONTANT and (demain is None or (hier is not None and demain > hier)):
            continue
        if mot in _ELARGIES_EN_DESCENDANT and (
            demain is None or (hier is not None and demain < hier)
        ):
            continue
        yield lieu, f"« {mot} » passe de {_dit(hier)} à {_dit(demain)}"
    for mot in ("items", *_CHOIX):
        if (mot in avant) != (mot in apres):
            yield lieu, f"« {mot} » {'a disparu' if mot in avant else 'est apparu'}"


def _codes(avant: Schema, apres: Schema, lieu: str) -> Iterator[tuple[str, str]]:
    if "enum" in apres and "enum" not in avant:
        yield lieu, "le champ, libre, se limite à une liste"
    for code in avant.get("enum", ()):
        if code not in apres.get("enum", ()):
            yield lieu, f"le code « {code} » a disparu"


def _nulle(forme: Schema) -> bool:
    return forme.get("type") == "null"


def _dit(valeur: object) -> str:
    return "rien" if valeur is None else f"« {valeur} »"
