"""Ce que la classe de données dit de leurs champs : les confidences, les organismes nommés."""

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic import BaseModel

from contracts.base.valeurs import Confidence, Organisme


@cache
def confidentiels(donnees: type[BaseModel]) -> tuple[str, ...]:
    """Les champs de ces données qui sont gardés à part."""
    annotations = get_type_hints(donnees, include_extras=True)
    return tuple(nom for nom, annotation in annotations.items() if _confidentiel(annotation))


def _confidentiel(annotation: object) -> bool:
    """Whether *annotation* carries the mark, at any depth (`Confidentiel | None`)."""
    return isinstance(annotation, Confidence) or any(map(_confidentiel, get_args(annotation)))


@cache
def _champs(classe: type[BaseModel]) -> tuple[str, ...]:
    """Les champs où peut se trouver un organisme : tous, mais ceux d’un texte ou d’un nombre."""
    return tuple(
        nom for nom, champ in classe.model_fields.items() if _compose(champ.rebuild_annotation())
    )


def _compose(annotation: object) -> bool:
    """Whether a model may be at any depth of *annotation*."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return True
    return annotation is Any or any(map(_compose, get_args(annotation)))


def organismes(valeur: object) -> Iterator[str]:
    """Leurs URN, à toute profondeur."""
    if isinstance(valeur, Organisme):
        yield valeur.urn
    elif isinstance(valeur, BaseModel):
        for champ in _champs(type(valeur)):
            yield from organismes(getattr(valeur, champ))
    elif isinstance(valeur, tuple):
        for element in valeur:
            yield from organismes(element)
