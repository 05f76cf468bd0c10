"""S’abonner : un abonnement par organisation, son secret montré une fois."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.catalogue import TOUS
from kit import webhooks
from kit.access import Organisation
from kit.errors import FieldError, Invalid
from kit.ids import uuid7
from kit.secrets import Vault
from suivi import tables
from suivi.domain.abonnements import AbonnementDejaPris, AbonnementInconnu

TYPE_D_ESSAI = "fr.sanscouture.abonnement.essai.v1"
_FAUTES = {
    webhooks.Fault.SCHEME: "L’adresse doit commencer par https://",
    webhooks.Fault.CREDENTIALS: "Ni nom ni mot de passe dans l’adresse",
    webhooks.Fault.PORT: "Seuls les ports 443 et 8443 sont permis",
}


@dataclass(frozen=True)
class Abonnes:
    """Les abonnements, leurs secrets scellés, et les réseaux que l’on peut joindre."""

    db: AsyncEngine
    vault: Vault
    reseaux: tuple[IPv4Network | IPv6Network, ...]

    async def abonner(
        self, organisation: Organisation, url: str, types: list[str] | None, le: datetime
    ) -> tuple[UUID, str]:
        """L’identifiant de l’abonnement, et son secret : c’est la seule fois qu’on le voit."""
        self._verifier(url, types)
        abonnement_id, secret = uuid7(), webhooks.new_secret()
        ligne: dict[str, object] = {
            "id": abonnement_id,
            "organisation": organisation.id,
            "url": url,
            "types": types,
            "secret": self.vault.seal(secret.encode(), abonnement_id.bytes),
            "actif": True,
            "cree_le": le,
        }
        async with self.db.begin() as tx:
            if not await tables.abonnements.noter(tx, ligne):
                raise AbonnementDejaPris
        return abonnement_id, secret

    async def retirer(self, organisation: Organisation, abonnement_id: UUID) -> None:
        async with self.db.begin() as tx:
            abonnement = await tables.abonnements.lire(tx, organisation.id)
            if abonnement is None or abonnement.id != abonnement_id:
                raise AbonnementInconnu
            await tables.abonnements.retirer(tx, abonnement_id)

    async def essayer(
        self, organisation: Organisation, abonnement_id: UUID, le: datetime, traceparent: str | None
    ) -> str:
        """Prévoir un message d’essai, qui ne parle de personne ; rend l’identifiant de l’envoi."""
        envoi_id = f"essai_{uuid7().hex}"
        async with self.db.begin() as tx:
            abonnement = await tables.abonnements.lire(tx, organisation.id)
            if abonnement is None or abonnement.id != abonnement_id:
                raise AbonnementInconnu
            ligne = {
                "abonnement": abonnement_id,
                "id": envoi_id,
                "type": TYPE_D_ESSAI,
                "source": "urn:sanscouture:suivi",
                "evenement": envoi_id,
                "survenu_le": le,
                "traceparent": traceparent,
                "cree_le": le,
                "prochaine_le": le,
            }
            await tables.abonnements.noter_essai(tx, ligne)
        return envoi_id

    def _verifier(self, url: str, types: list[str] | None) -> None:
        faute = webhooks.check_url(url, self.reseaux)
        if faute:
            detail = _FAUTES.get(faute, "Cette adresse ne peut pas être jointe d’ici")
            raise Invalid(FieldError("ADRESSE_NON_PERMISE", "/url", detail))
        for rang, type_ in enumerate(types or ()):
            if type_ not in TOUS:
                detail = "Type absent du catalogue : voir /v1/types"
                raise Invalid(FieldError("TYPE_INCONNU", f"/types/{rang}", detail))
