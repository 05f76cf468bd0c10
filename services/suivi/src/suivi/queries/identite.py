"""Le nom d’une personne, demandé à l’orientation : le suivi n’en garde aucun."""

from dataclasses import dataclass
from uuid import UUID

import aiohttp
import structlog
from pydantic import BaseModel, SecretStr, ValidationError

from kit.asking import UNANSWERED, ask

_PATIENCE = aiohttp.ClientTimeout(total=1)
_log = structlog.get_logger(__name__)


class Identite(BaseModel):
    """Comment on l’appelle."""

    prenom: str
    nom: str


@dataclass(frozen=True)
class Identites:
    """L’orientation, où sont les noms."""

    orientation_url: str
    service_key: SecretStr

    async def lire(self, beneficiaire_id: UUID) -> Identite | None:
        """Le nom, ou rien si l’orientation ne répond pas : la page se lit sans lui."""
        url = f"{self.orientation_url}/interne/beneficiaires/{beneficiaire_id}"
        try:
            lue = await ask("GET", url, self.service_key, timeout=_PATIENCE)
            return Identite.model_validate_json(lue)
        except (*UNANSWERED, ValidationError) as erreur:
            _log.warning("a name cannot be read", reason=type(erreur).__name__)
            return None
