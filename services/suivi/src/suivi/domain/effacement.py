"""Ce qui reste d’un parcours effacé : rien à lire, rien à y ajouter."""

from datetime import datetime

from contracts.base import jour
from kit.errors import Gone


class ParcoursEfface(Gone):
    """Une personne effacée ne se lit plus, et rien de nouveau ne se dit d’elle."""

    code = "PARCOURS_EFFACE"

    def __init__(self, le: datetime) -> None:
        super().__init__(
            f"Effacé le {jour(le):%d/%m/%Y}, avec l’identité de la personne et ce qu’elle avait"
            " confié. Rien ne s’y lit et rien ne s’y ajoute plus."
        )
