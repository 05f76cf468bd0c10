"""Envoyer aux abonnés ce qui leur est dû : signé, mince, et chaque tentative notée."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kit import clock, json, observability, webhooks
from suivi import tables
from suivi.commands.abonner import Abonnes
from suivi.tables.abonnements import Ligne

LOT = 100
# Longer than one attempt may last: nobody else takes what is being sent.
BAIL = timedelta(seconds=30)


@dataclass(frozen=True)
class Envoyeur:
    """Prend ce qui est à envoyer, l’envoie, note ce qu’il en est advenu."""

    abonnes: Abonnes
    sender: webhooks.Sender
    public_url: str

    async def envoyer(self, le: datetime) -> int:
        """Envoyer ce qui est dû à `le` ; rend combien d’envois ont été tentés."""
        async with self.abonnes.db.begin() as tx:
            dus = await tables.abonnements.reserver_envois(tx, le, BAIL, LOT)
        livraisons = await asyncio.gather(*(self._tenter(envoi) for envoi in dus))
        if dus:
            await self._noter(dus, livraisons)
        return len(dus)

    async def _tenter(self, envoi: Ligne) -> tuple[datetime, webhooks.Delivery]:
        secret = self.abonnes.vault.open(envoi.secret, envoi.abonnement.bytes).decode()
        debut = clock.now()
        with observability.span("webhook", kind="client", parent=envoi.traceparent) as traceparent:
            livraison = await self.sender.send(
                envoi.url,
                [secret],
                envoi.id,
                json.dumps(self._corps(envoi)),
                now=debut,
                attempt=envoi.tentatives + 1,
                traceparent=traceparent,
            )
        return debut, livraison

    def _corps(self, envoi: Ligne) -> dict[str, object]:
        """L’événement sans ses données : les lire passe par sa clé, et se note."""
        corps: dict[str, object] = {
            "specversion": "1.0",
            "id": envoi.evenement,
            "source": envoi.source,
            "type": envoi.type,
            "time": envoi.survenu_le.isoformat(),
        }
        if envoi.parcours:
            corps["subject"] = str(envoi.parcours)
            corps["dataref"] = (
                f"{self.public_url}/v1/parcours/{envoi.parcours}/evenements/{envoi.version}"
            )
        return corps

    async def _noter(
        self, dus: Sequence[Ligne], livraisons: Sequence[tuple[datetime, webhooks.Delivery]]
    ) -> None:
        lignes = []
        async with self.abonnes.db.begin() as tx:
            for envoi, (debut, livraison) in zip(dus, livraisons, strict=True):
                rang, fin = envoi.tentatives + 1, debut + livraison.duration
                livre = livraison.outcome is webhooks.Outcome.DELIVERED
                parti = livraison.outcome is webhooks.Outcome.GONE
                await tables.abonnements.changer_envoi(
                    tx,
                    envoi.abonnement,
                    envoi.id,
                    tentatives=rang,
                    prochaine_le=None
                    if livre or parti
                    else webhooks.next_attempt(rang, fin, livraison.retry_after),
                    livre_le=fin if livre else None,
                )
                if parti:
                    await tables.abonnements.changer(tx, envoi.abonnement, actif=False)
                lignes.append(
                    {
                        "abonnement": envoi.abonnement,
                        "envoi": envoi.id,
                        "rang": rang,
                        "commencee_le": debut,
                        "duree_ms": round(livraison.duration.total_seconds() * 1000),
                        "issue": livraison.outcome.value,
                        "statut": livraison.status,
                        "extrait": livraison.excerpt,
                    }
                )
            await tables.abonnements.noter_tentatives(tx, lignes)
