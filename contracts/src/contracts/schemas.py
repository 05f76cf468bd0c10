"""Le schéma publié d’un type d’événement : ce que la porte attend, ni plus ni moins."""

from typing import Any, cast

from pydantic.json_schema import GenerateJsonSchema

from contracts.base import Donnees, Evenement, Flux, Porte, confidentiels
from contracts.catalogue import POSES_PAR_LA_PLATEFORME

_SUJETS = {
    Flux.BENEFICIAIRE: "un bénéficiaire",
    Flux.PARCOURS: "un parcours",
    Flux.SESSION: "une session",
    Flux.ENVELOPPE: "une enveloppe",
}


class _Publie(GenerateJsonSchema):
    """Un champ est exigé quand on ne peut pas s’en passer, non quand nous savons l’écrire."""

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: ANN401, FBT001, ARG002
        return bool(field["schema"]["type"] != "default")

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002
        return False


def schema(classe: type[Evenement]) -> dict[str, Any]:
    """Le schéma JSON (2020-12) de ce type, à lire comme à poster.

    Fermé comme la porte l’est : un lecteur, lui, laisse de côté ce qu’il ne connaît pas encore.
    """
    corps = classe.model_json_schema(mode="serialization", schema_generator=_Publie)
    definitions = corps["$defs"]
    for definition in definitions.values():
        definition.pop("title", None)
        if "properties" in definition:
            definition["additionalProperties"] = False
    donnees = cast("type[Donnees]", classe.model_fields["data"].annotation)
    _annoter(definitions[donnees.__name__]["properties"], donnees)
    for nom in POSES_PAR_LA_PLATEFORME:
        corps["properties"][nom]["readOnly"] = True
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "title": classe.libelle,
        **({"deprecated": True} if classe.remplacee_par else {}),
        "description": f"{classe.__doc__}\n\n{_usage(classe)}",
        "type": "object",
        "required": sorted({*corps["required"], "specversion", "type"}),
        "properties": corps["properties"],
        "propertyNames": {"pattern": "^[a-z0-9]{1,20}$"},
        "additionalProperties": {"type": ["string", "integer", "boolean"]},
        "$defs": definitions,
    }


def _annoter(champs: dict[str, Any], donnees: type[Donnees]) -> None:
    champs["confidences"]["readOnly"] = True
    confidences = set(confidentiels(donnees))
    for nom, champ in champs.items():
        phrases = [champ["description"]] if "description" in champ else []
        if nom in confidences:
            phrases.append("Confidentiel : gardé à part, là où il est reçu ; il ne voyage pas.")
        if nom in donnees.attendus:
            phrases.append(f"Attendu, sans être exigé. {donnees.attendus[nom]}")
        if phrases:
            champ["description"] = " ".join(phrases)


def _usage(classe: type[Evenement]) -> str:
    portes = {
        Porte.FAIT: "un fait, qui se poste à « POST /v1/evenements »",
        Porte.COMMANDE: f"une décision, qui se demande au service {classe.proprietaire}",
        Porte.TEMPS: f"une échéance, que constate le service {classe.proprietaire}",
    }
    voies = ", ou ".join(phrase for porte, phrase in portes.items() if porte in classe.portes)
    usage = f"C’est {voies}. Son sujet est {_SUJETS[classe.flux]}."
    if classe.remplacee_par:
        usage += f"\n\nDéprécié : écrire désormais `{classe.remplacee_par}`, et l’attendre."
    return usage
