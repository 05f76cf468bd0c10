"""Le document AsyncAPI 3 : ce qui passe par Kafka, qui l’écrit et qui le lit."""

from collections.abc import Iterable
from typing import Any

from contracts.base import Evenement, Porte
from contracts.catalogue import TOUS

JOURNAL = "parcours.journal"
LETTRES_MORTES = "{service}.dead-letters"
PARTITIONS = 12
EMETTEURS = ("orientation", "inscription", "passerelle")
SERVICES = (*EMETTEURS, "suivi", "indicateurs")

_ENTETES = {
    "epoch": "La vie du journal : une autre valeur dit qu’il a été refait.",
    "partition": "La partition, celle du journal comme celle de Kafka.",
    "position": "Le rang dans la partition, sans trou depuis 1.",
    "id": "L’identifiant de l’événement.",
    "type": "Le type de l’événement.",
    "traceparent": "La trace à continuer, s’il y en a une.",
}
Objet = dict[str, Any]


def document() -> Objet:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Sans couture",
            "version": "1",
            "description": (
                "Les services déposent leurs décisions dans leur topic ; le suivi les reprend au"
                " journal, avec les faits des partenaires ; chacun ne lit que le journal, complet,"
                " sans redite, et dans l’ordre de chaque flux. Une mise en place peut donner un"
                " préfixe à tous les topics."
            ),
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{hote}:{port}",
                "protocol": "kafka",
                "variables": {"hote": {"default": "localhost"}, "port": {"default": "9092"}},
            }
        },
        "channels": {
            JOURNAL: _topic(JOURNAL, "Tout ce qui est arrivé à chaque parcours.", TOUS),
            **{
                f"{service}.events": _topic(
                    f"{service}.events",
                    f"Les décisions du service {service}, pour le suivi et lui seul.",
                    _decisions(service),
                )
                for service in EMETTEURS
            },
            "lettres_mortes": _lettres_mortes(),
        },
        "operations": dict(_operations()),
        "components": {
            "messages": {type_: _message(classe) for type_, classe in TOUS.items()}
            | {"octets": _octets()},
            "schemas": {"entetes": _entetes()},
        },
    }


def _decisions(service: str) -> list[str]:
    return [
        type_
        for type_, classe in TOUS.items()
        if classe.proprietaire == service and classe.portes & {Porte.COMMANDE, Porte.TEMPS}
    ]


def _topic(adresse: str, description: str, types: Iterable[str]) -> Objet:
    return {
        "address": adresse,
        "description": description,
        "messages": {type_: {"$ref": f"#/components/messages/{type_}"} for type_ in types},
        "bindings": {
            "kafka": {
                "partitions": PARTITIONS,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": -1,
                    "retention.bytes": -1,
                },
                "bindingVersion": "0.5.0",
            }
        },
    }


def _lettres_mortes() -> Objet:
    return {
        "address": LETTRES_MORTES,
        "description": "Ce qu’un service a lu et qui n’est pas un de nos messages, à l’octet près.",
        "parameters": {"service": {"enum": list(SERVICES)}},
        "messages": {"octets": {"$ref": "#/components/messages/octets"}},
        "bindings": {"kafka": {"partitions": 1, "bindingVersion": "0.5.0"}},
    }


def _operations() -> Iterable[tuple[str, Objet]]:
    for service in EMETTEURS:
        yield f"{service}.decide", _operation("send", f"{service}.events", "Annoncer ses décisions")
        yield (
            f"suivi.reprend.{service}",
            _operation(
                "receive",
                f"{service}.events",
                f"Porter au journal les décisions du service {service}",
            ),
        )
    yield "suivi.publie", _operation("send", JOURNAL, "Publier le journal")
    for service in SERVICES:
        yield f"{service}.lit", _operation("receive", JOURNAL, "Lire le journal")
        yield (
            f"{service}.ecarte",
            _operation("send", "lettres_mortes", "Écarter ce qui n’est pas un de nos messages"),
        )


def _operation(action: str, canal: str, resume: str) -> Objet:
    return {"action": action, "channel": {"$ref": f"#/channels/{canal}"}, "summary": resume}


def _message(classe: type[Evenement]) -> Objet:
    type_ = classe.model_fields["type"].default
    return {
        "name": type_,
        "title": classe.libelle,
        "summary": classe.__doc__,
        **_depreciation(classe),
        "headers": {"$ref": "#/components/schemas/entetes"},
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"./{type_}.json"},
        },
    }


def _depreciation(classe: type[Evenement]) -> Objet:
    """AsyncAPI 3 n’a de mot pour cela que dans les schémas : une phrase, et une extension."""
    if classe.remplacee_par is None:
        return {}
    return {"description": f"Déprécié : lire `{classe.remplacee_par}`.", "x-deprecated": True}


def _octets() -> Objet:
    return {
        "name": "octets",
        "title": "Octets écartés",
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "required": ["origin"],
            "properties": {
                "origin": {
                    "type": "string",
                    "description": "D’où vient le message : topic, partition et rang de Kafka.",
                }
            },
        },
        "payload": {"type": "string", "format": "binary"},
    }


def _entetes() -> Objet:
    return {
        "type": "object",
        "required": [nom for nom in _ENTETES if nom != "traceparent"],
        "properties": {
            nom: {"type": "string", "description": phrase} for nom, phrase in _ENTETES.items()
        },
    }
