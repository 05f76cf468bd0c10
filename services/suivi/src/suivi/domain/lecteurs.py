"""Qui peut lire un parcours (architecture, « Qui peut quoi »)."""

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from contracts.catalogue import FaitDeParcours, Rectification
from contracts.parcours import ParcoursOuvert
from kit.ids import named_uuid


class Designation(NamedTuple):
    """Une organisation nommée dans un événement du parcours, et par qui."""

    parcours: UUID
    par: UUID | None
    organisation: UUID


def designations(evenement: FaitDeParcours | Rectification) -> set[Designation]:
    """Qui cet événement nomme. Se nommer soi-même ne compte pas : dire un fait ne donne rien.

    Ouvrir est à part : le parcours naît de cette décision, personne ne l’avait avant.
    """
    par = evenement.origin
    if par is None:
        return set()
    nommees = {named_uuid(urn) for urn in evenement.nommes}
    trouvees = {Designation(evenement.subject, par, o) for o in nommees - {par}}
    if isinstance(evenement, ParcoursOuvert):
        trouvees.add(Designation(evenement.subject, None, par))
    return trouvees


def lecteurs(nommees: Collection[Designation]) -> set[UUID]:
    """Qui peut lire : qui a ouvert, et de proche en proche qui est nommé par qui peut lire.

    La fonction `peut_lire` de la base dit la même chose, une organisation à la fois.
    """
    connus = {d.organisation for d in nommees if d.par is None}
    while nouveaux := {d.organisation for d in nommees if d.par in connus} - connus:
        connus |= nouveaux
    return connus


def referents(journal: Iterable[FaitDeParcours | Rectification]) -> set[str]:
    """Qui répond de la personne : la structure qui a ouvert le parcours, et le référent dit."""
    urns = set()
    for evenement in journal:
        if isinstance(evenement, ParcoursOuvert):
            referent = evenement.data.referent
            urns |= {evenement.organisation, referent.organisme.urn if referent else None}
    return {urn for urn in urns if urn}
