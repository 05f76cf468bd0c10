"""L’offre de la région : des formations, et leurs sessions, une par an chacune."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from simulateur.client import Client, Organisation, Pile, Refuse
from simulateur.donnees import lire

DEPUIS_MOIS = 26
JUSQU_A_MOIS = 6  # « visible sur six mois glissants », says the pact


@dataclass(frozen=True, eq=False)
class Session:
    """Une session d’une formation, chez l’organisme qui la publie."""

    id: UUID
    organisme: Organisation
    debut_le: date
    formation: dict[str, Any]

    @property
    def fin_le(self) -> date:
        return self.debut_le + timedelta(weeks=self.formation["semaines"], days=-3)

    @property
    def type_etape(self) -> str:
        return str(self.formation["objectif"])

    @property
    def certification(self) -> str | None:
        return self.formation.get("certification")

    @property
    def publication(self) -> dict[str, Any]:
        return {
            "intitule": self.formation["intitule"],
            "rome": self.formation["rome"],
            "commune": self.formation["commune"],
            "debut_le": self.debut_le.isoformat(),
            "fin_le": self.fin_le.isoformat(),
            "heures": self.formation["heures"],
            "objectif": self.type_etape,
            "certification": self.certification,
        }


def sessions(pile: Pile, aujourd_hui: date) -> list[Session]:
    """Les sessions des derniers mois et des prochains, par date de début.

    Une session garde son identifiant et ses dates d’une fois sur l’autre.
    """
    organismes = {une.siret: une for une in pile.de_role("organisme_formation")}
    trouvees = []
    for formation in lire("formations")["formations"]:
        for debut_le in _lundis(formation["mois"], aujourd_hui):
            nom = f"urn:sanscouture:session:{formation['cle']}:{debut_le}"
            organisme = organismes[formation["organisme"]]
            session = Session(uuid5(NAMESPACE_URL, nom), organisme, debut_le, formation)
            trouvees.append(session)
    return sorted(trouvees, key=lambda session: (session.debut_le, session.id))


def _lundis(mois: int, aujourd_hui: date) -> Iterator[date]:
    """Le premier lundi de ce mois, chaque année de la fenêtre."""
    premier = aujourd_hui - timedelta(days=DEPUIS_MOIS * 30)
    dernier = aujourd_hui + timedelta(days=JUSQU_A_MOIS * 30)
    for annee in range(premier.year, dernier.year + 1):
        debut = date(annee, mois, 1)
        lundi = debut + timedelta(days=-debut.weekday() % 7)
        if premier <= lundi <= dernier:
            yield lundi


async def semer(client: Client, offre: Sequence[Session]) -> None:
    """Publier les sessions et ouvrir leurs places. Le refaire ne change rien."""
    async with asyncio.TaskGroup() as ensemble:
        for session in offre:
            ensemble.create_task(_publier(client, session))


async def _publier(client: Client, session: Session) -> None:
    chemin = f"/v1/sessions/{session.id}"
    await client.poser(session.organisme, "orientation", chemin, session.publication)
    try:
        places = {"capacite": session.formation["places"]}
        await client.poser(session.organisme, "inscription", f"{chemin}/places", places)
    except Refuse as refus:
        if refus.statut != HTTPStatus.CONFLICT:  # more than these are already taken
            raise
