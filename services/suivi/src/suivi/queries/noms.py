"""Le nom des organisations dont une lecture peut parler."""

from contracts.lecture import Nom
from kit.access import Access
from kit.ids import named_uuid
from suivi.queries.lecture import Lecture


async def nommer(access: Access, *lectures: Lecture) -> Nom:
    """De l’URN d’une organisation à son nom ; son SIRET, si la plateforme ne la connaît pas."""
    nommees = {entree.origin for lecture in lectures for entree in lecture.entrees if entree.origin}
    for lecture in lectures:
        for evenement in (*lecture.journal, *lecture.parcours.evenements):
            nommees |= {named_uuid(urn) for urn in evenement.nommes}
    noms = await access.directory(nommees)

    def nom(urn: str | None) -> str:
        if urn is None:
            return "la plateforme"
        return noms.get(named_uuid(urn)) or f"SIRET {urn.rpartition(':')[2]}"

    return nom
