"""Un partenaire qui reçoit des webhooks : un vrai serveur, qui vérifie chaque signature."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aiohttp import web
from standardwebhooks import Webhook

from deploy.embedded.ports import LOOPBACK
from tests.parcours.acteurs import Acteurs


class Recu(NamedTuple):
    evenement: dict[str, Any]
    trace: str


class Recepteur:
    """Ce qui a été reçu et vérifié, par identifiant de message."""

    secret: str

    def __init__(self) -> None:
        self.recus: dict[str, Recu] = {}
        self.redits = 0

    async def recevoir(self, request: web.Request) -> web.Response:
        entetes = {nom.lower(): valeur for nom, valeur in request.headers.items()}
        # It raises, and the sender is answered 500, when the signature is not the right one.
        evenement = Webhook(self.secret).verify(await request.read(), entetes)
        self.redits += entetes["webhook-id"] in self.recus
        self.recus[entetes["webhook-id"]] = Recu(evenement, entetes.get("traceparent", ""))
        return web.Response(status=204)


@asynccontextmanager
async def recepteur(acteurs: Acteurs, qui: str) -> AsyncIterator[Recepteur]:
    """Abonner cette organisation le temps du bloc."""
    ecoute = Recepteur()
    application = web.Application()
    application.router.add_post("/", ecoute.recevoir)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, 0).start()
    _, port = runner.addresses[0]
    cree = await acteurs.demander(qui, "suivi", "/v1/abonnements", url=f"http://{LOOPBACK}:{port}/")
    ecoute.secret = cree["secret"]
    try:
        yield ecoute
    finally:
        await acteurs.appeler("DELETE", qui, "suivi", f"/v1/abonnements/{cree['abonnement_id']}")
        await runner.cleanup()
