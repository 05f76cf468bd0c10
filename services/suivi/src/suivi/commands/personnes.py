"""Les parcours d’une personne que l’on ne connaît que par l’empreinte d’un de ses numéros."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

import aiohttp
import structlog
from pydantic import SecretStr, TypeAdapter, ValidationError

from kit.asking import UNANSWERED, ask

_PATIENCE = aiohttp.ClientTimeout(total=1)
_REPONSE: TypeAdapter[dict[str, tuple[UUID, ...]]] = TypeAdapter(dict[str, tuple[UUID, ...]])
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Personnes:
    """L’orientation, qui sait de qui est chaque numéro."""

    orientation_url: str
    service_key: SecretStr

    async def parcours(self, personnes: Collection[bytes]) -> Mapping[bytes, tuple[UUID, ...]]:
        """Leurs parcours ; rien pour toutes si l’orientation ne répond pas : on redemandera."""
        if not personnes:
            return {}
        url = f"{self.orientation_url}/interne/rapprochements"
        demande = {"personnes": [personne.hex() for personne in personnes]}
        try:
            lus = _REPONSE.validate_json(
                await ask("POST", url, self.service_key, timeout=_PATIENCE, json=demande)
            )
        except (*UNANSWERED, ValidationError) as erreur:
            _log.warning("persons cannot be matched", reason=type(erreur).__name__)
            return {}
        return {bytes.fromhex(personne): parcours for personne, parcours in lus.items()}
