"""Envoyer aux abonnés ce qui leur est dû : signé, mince, et chaque tentative notée."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from kit import clock, json, observability, webhooks
from kit.secrets import Unreadable
from suivi import tables
from suivi.commands.abonner import Abonnes
from suivi.tables.abonnements import Ligne

# At once for one subscription. One that does not answer delays nobody else.
PAR_ABONNE = 20
# Longer than one attempt may last: nobody else takes what is being sent.
BAIL = timedelta(seconds=30)
# Of the five connections of a pool: the others wait, and one is left to take what is due.
NOTES_A_LA_FOIS = 4

_log = structlog.get_logger(__name__)


class Envoyeur:
    """Prend ce qui est à envoyer, l’envoie, note ce qu’il en est advenu."""

    def __init__(self, abonnes: Abonnes, sender: webhooks.Sender, public_url: str) -> None:
        self.sender = sender
        self._abonnes = abonnes
        self._public_url = public_url
        self._en_cours: Counter[UUID] = Counter()
        self._notes = asyncio.Semaphore(NOTES_A_LA_FOIS)

    async def envoyer(self, le: datetime, taches: asyncio.TaskGroup) -> int:
        """Faire partir, dans `taches`, ce qui est dû à `le` ; rend combien d’envois partent."""
        occupes = [abonne for abonne, nombre in self._en_cours.items() if nombre >= PAR_ABONNE]
        async with self._abonnes.db.begin() as tx:
            dus = await tables.abonnements.reserver_envois(
                tx, le, BAIL, par_abonne=PAR_ABONNE, occupes=occupes
            )
        for envoi in dus:
            taches.create_task(self._envoyer(envoi))
        return len(dus)

    async def _envoyer(self, envoi: Ligne) -> None:
        self._en_cours[envoi.abonnement] += 1
        try:
            tentative = await self._tenter(envoi)
            async with self._notes:
                await self._noter(envoi, *tentative)
        except Exception as erreur:  # noqa: BLE001 - after the lease it is tried again
            _log.warning("a delivery is left to later", reason=observability.describe(erreur))
        finally:
            self._en_cours[envoi.abonnement] -= 1

    async def _tenter(self, envoi: Ligne) -> tuple[datetime, webhooks.Delivery]:
        debut = clock.now()
        try:
            secret = self._abonnes.vault.open(envoi.secret, envoi.abonnement.bytes).decode()
        except Unreadable:
            # Sealed by a key that this process does not have: nothing can be signed for it.
            return debut, webhooks.Delivery(webhooks.Outcome.FORBIDDEN, None, "", timedelta())
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
            dataref = f"{self._public_url}/v1/parcours/{envoi.parcours}"
            # An erased parcours has nothing left to read: its own address says so.
            corps["dataref"] = f"{dataref}/evenements/{envoi.version}" if envoi.version else dataref
        return corps

    async def _noter(self, envoi: Ligne, debut: datetime, livraison: webhooks.Delivery) -> None:
        rang, fin = envoi.tentatives + 1, debut + livraison.duration
        livre = livraison.outcome is webhooks.Outcome.DELIVERED
        parti = livraison.outcome is webhooks.Outcome.GONE
        prochaine_le = webhooks.next_attempt(rang, fin, livraison.retry_after)
        tentative = {
            "abonnement": envoi.abonnement,
            "envoi": envoi.id,
            "rang": rang,
            "commencee_le": debut,
            "duree_ms": round(livraison.duration.total_seconds() * 1000),
            "issue": livraison.outcome.value,
            "statut": livraison.status,
            "extrait": livraison.excerpt,
        }
        async with self._abonnes.db.begin() as tx:
            await tables.abonnements.noter_tentative(
                tx,
                tentative,
                tentatives=rang,
                prochaine_le=None if livre or parti else prochaine_le,
                livre_le=fin if livre else None,
            )
            if parti:
                await tables.abonnements.changer(tx, envoi.abonnement, actif=False)
