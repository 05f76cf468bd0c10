"""Le nom d’un envoi, et les refus de l’abonnement."""

from hashlib import sha256

from kit.errors import NotFound, Refusal


def identifiant_d_envoi(source: str, evenement: str) -> str:
    """Le `webhook-id` de tout envoi de cet événement, à qui que ce soit.

    Il ne dépend que de (`source`, `id`), unique pour toujours : le même aux tentatives, aux rejeux,
    et quand le journal restauré a changé de place l’événement.
    """
    return f"evt_{sha256(f'{source} {evenement}'.encode()).hexdigest()[:32]}"


class AbonnementDejaPris(Refusal):
    """Une organisation a un abonnement : pour changer d’adresse, le retirer d’abord."""

    def __init__(self) -> None:
        super().__init__("Votre organisation a déjà un abonnement. Le retirer avant d’en créer un.")


class AbonnementInconnu(NotFound):
    """Cette organisation n’a pas cet abonnement."""

    def __init__(self) -> None:
        super().__init__("Votre organisation n’a pas d’abonnement sous cet identifiant.")
