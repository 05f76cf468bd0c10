"""Les refus de l’abonnement."""

from kit.errors import NotFound, Refusal


class AbonnementDejaPris(Refusal):
    """Une organisation a un abonnement : pour changer d’adresse, le retirer d’abord."""

    def __init__(self) -> None:
        super().__init__("Votre organisation a déjà un abonnement. Le retirer avant d’en créer un.")


class AbonnementInconnu(NotFound):
    """Cette organisation n’a pas cet abonnement."""

    def __init__(self) -> None:
        super().__init__("Votre organisation n’a pas d’abonnement sous cet identifiant.")
