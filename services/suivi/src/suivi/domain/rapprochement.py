"""De plusieurs parcours d’une personne, celui dont parle un fait (evenements.md §1)."""

from collections.abc import Collection, Mapping
from uuid import UUID

from contracts.base import DossierRef


def choisir(
    candidats: Collection[UUID],
    dossier: DossierRef | None,
    dossiers: Mapping[UUID, Collection[DossierRef]],
) -> UUID | None:
    """Le seul parcours de la personne, ou le seul où l’on a déjà vu ce dossier ; sinon aucun."""
    if len(candidats) > 1:
        candidats = [p for p in candidats if dossier and dossier in dossiers.get(p, ())]
    return next(iter(candidats)) if len(candidats) == 1 else None
