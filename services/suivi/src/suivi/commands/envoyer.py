"""Envoyer aux abonnés ce qui leur est dû : signé, mince, et chaque tentative notée."""

import asyncio
import contextlib
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from kit import clock, json, observability, webhooks
from kit.secrets import Unreadable
from suivi import tables
from suivi.commands.abonner import Abonnes
from suivi.tables.abonnements import Ligne, Tentative

# At once for one subscription. One that does not answer delays nobody else.
PAR_ABONNE = 20
# Longer than one attempt may last: nobody else takes what is being sent.
BAIL = timedelta(seconds=30)

_log = structlog.get_logger(__name__)


class Envoyeur:
    """Prend ce qui est à envoyer, l’envoie, note ce qu’il en est advenu."""

    def __init__(self, abonnes: Abonnes, sender: webhooks.Sender, public_url: str) -> None:
        self.sender = sender
        self._abonnes = abonnes
        self._public_url = public_url
        self._en_cours: Counter[UUID] = Counter()
        self._terminees: list[Tentative] = []
        self._une_terminee = asyncio.Event()

    async def envoyer(self, le: datetime, taches: asyncio.TaskGroup) -> int:
        """Faire partir, dans `taches`, ce qui est dû à `le` ; rend combien d’envois partent.

        Dans la même transaction se note ce qui est advenu des envois terminés. Ce qu’elle n’a pas
        noté le sera par la suivante.
        """
        terminees, self._terminees = self._terminees, []
        self._une_terminee.clear()
        try:
            async with self._abonnes.db.begin() as tx:
                await tables.abonnements.noter_tentatives(tx, terminees)
                dus = await tables.abonnements.reserver_envois(
                    tx, le, BAIL, par_abonne=PAR_ABONNE, en_cours=+self._en_cours
                )
        except Exception:
            self._terminees[:0] = terminees
            raise
        for envoi in dus:
            self._en_cours[envoi.abonnement] += 1
            taches.create_task(self._envoyer(envoi))
        return len(dus)

    async def attendre(self, au_plus: float) -> None:
        """Rendre la main dès qu’un envoi est terminé, et au plus tard dans `au_plus` secondes."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(au_plus):
                await self._une_terminee.wait()

    async def _envoyer(self, envoi: Ligne) -> None:
        try:
            debut, livraison = await self._tenter(envoi)
        except Exception as erreur:  # noqa: BLE001 - after the lease it is tried again
            _log.warning("a delivery is left to later", reason=observability.describe(erreur))
        else:
            self._terminees.append(_tentative(envoi, debut, livraison))
        finally:
            self._en_cours[envoi.abonnement] -= 1
            self._une_terminee.set()

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


def _tentative(envoi: Ligne, debut: datetime, livraison: webhooks.Delivery) -> Tentative:
    rang, fin = envoi.tentatives + 1, debut + livraison.duration
    livre = livraison.outcome is webhooks.Outcome.DELIVERED
    parti = livraison.outcome is webhooks.Outcome.GONE
    return Tentative(
        abonnement=envoi.abonnement,
        envoi=envoi.id,
        rang=rang,
        commencee_le=debut,
        duree_ms=round(livraison.duration.total_seconds() * 1000),
        issue=livraison.outcome.value,
        statut=livraison.status,
        extrait=livraison.excerpt,
        livre_le=fin if livre else None,
        prochaine_le=None
        if livre or parti
        else webhooks.next_attempt(rang, fin, livraison.retry_after),
        parti=parti,
    )
