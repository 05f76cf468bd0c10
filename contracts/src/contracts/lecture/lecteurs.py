"""Qui peut lire un parcours : qui l’a ouvert, et de proche en proche qui y est nommé."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from contracts.base import Evenement
from contracts.parcours import ParcoursOuvert


class Designation(NamedTuple):
    """Une organisation nommée, et par qui ; par personne quand elle a ouvert le parcours."""

    par: str | None
    organisation: str


def designations(evenement: Evenement) -> set[Designation]:
    """Qui cet événement nomme. Se nommer soi-même ne compte pas : dire un fait ne donne rien.

    Ouvrir est à part : le parcours naît de cette décision, personne ne l’avait avant.
    """
    par = evenement.organisation
    if par is None:
        return set()
    trouvees = {Designation(par, urn) for urn in evenement.nommes - {par}}
    if isinstance(evenement, ParcoursOuvert):
        trouvees.add(Designation(None, par))
    return trouvees


def lecteurs(journal: Iterable[Evenement]) -> set[str]:
    """Les organisations qui peuvent lire ce parcours, d’après ce que l’on en sait."""
    return accessibles([d for evenement in journal for d in designations(evenement)])


def accessibles(nommees: Collection[Designation]) -> set[str]:
    """Qui l’a ouvert, et de proche en proche qui est nommé par qui peut lire."""
    connus = {d.organisation for d in nommees if d.par is None}
    while nouveaux := {d.organisation for d in nommees if d.par in connus} - connus:
        connus |= nouveaux
    return connus
