"""Qui frappe à la porte de l’orientation, et quand : pris une fois."""

from datetime import datetime
from typing import Annotated

from contracts import problemes
from contracts.commande import Acte, Demande
from kit.access import Caller, authorized
from kit.errors import FieldError, Invalid, MissingScope
from kit.ids import uuid7
from kit.observability import current_traceparent
from orientation.domain import SOURCE

ECRIRE = "evenements:ecrire"
LIRE = authorized("parcours:lire")
Auteur = Annotated[Caller, authorized(ECRIRE)]
Lecteur = Annotated[Caller, LIRE]


def habiliter(auteur: Caller, famille: str) -> None:
    if not auteur.may(ECRIRE, famille):
        raise MissingScope


def acte_de(auteur: Caller, famille: str, demande: Demande, now: datetime) -> Acte:
    """Qui décide et quand : pris une fois, à la porte."""
    habiliter(auteur, famille)
    le = demande.survenu_le or now
    if le > now:
        code, phrase = problemes.field("date_future", {})
        raise Invalid(FieldError(code, "/survenu_le", phrase))
    return Acte(SOURCE, uuid7(), auteur.organisation.source, le, current_traceparent())
