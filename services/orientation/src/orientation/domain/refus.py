"""Ce que l’orientation refuse : chaque classe dit une règle."""

from datetime import datetime

from contracts.base import jour
from kit.errors import Gone, NotFound, Refusal
from orientation.domain.demandes import Publication, Refus
from orientation.domain.etats import Statut


class BeneficiaireInconnu(NotFound):
    """On ne voit que les personnes que l’on a déclarées."""

    def __init__(self) -> None:
        super().__init__("Aucune personne que vous ayez déclarée ne porte cet identifiant.")


class ParcoursInconnu(NotFound):
    """Prescrire revient à qui a ouvert le parcours et au référent ; le lire, aux siens."""

    def __init__(self) -> None:
        super().__init__("Aucun parcours que vous suiviez ne porte cet identifiant.")


class EtapeInconnue(NotFound):
    """On positionne sur une étape prescrite ici, dans ce parcours."""

    def __init__(self) -> None:
        super().__init__("Ce parcours n’a pas cette étape : la prescrire d’abord.")


class SessionInconnue(NotFound):
    """Une session existe quand son organisme l’a publiée, et lui seul la change."""

    def __init__(self) -> None:
        super().__init__(
            "Cette session n’est pas publiée, ou pas par vous :"
            " son organisme de formation la publie par PUT /v1/sessions/{id}."
        )


class PositionnementInconnu(NotFound):
    """Seul l’organisme de la session répond à un positionnement."""

    def __init__(self) -> None:
        super().__init__("Aucun positionnement sur vos sessions ne porte cet identifiant.")


class ConfidenceInconnue(NotFound):
    """Une confidence se lit chez qui suit le parcours et chez qui l’a écrite."""

    def __init__(self) -> None:
        super().__init__("Cet événement n’a pas de confidence que vous puissiez lire.")


class ParcoursEfface(Gone):
    """D’une personne effacée, on ne décide plus rien."""

    code = "PARCOURS_EFFACE"

    def __init__(self, le: datetime) -> None:
        super().__init__(
            f"La personne est effacée depuis le {jour(le):%d/%m/%Y} : plus rien ne s’y ajoute."
        )


class PersonneEffacee(Gone):
    """On efface une personne une fois, et l’on n’en sait ensuite plus rien."""

    def __init__(self, le: datetime) -> None:
        super().__init__(f"Cette personne est effacée depuis le {jour(le):%d/%m/%Y}.")


class SessionALEnvers(Refusal):
    """Une session ne finit pas avant d’avoir commencé."""

    code = "SESSION_A_L_ENVERS"

    def __init__(self, publication: Publication) -> None:
        super().__init__(
            f"La session finirait le {publication.fin_le:%d/%m/%Y},"
            f" avant de commencer le {publication.debut_le:%d/%m/%Y}."
        )


class PositionnementDejaDemande(Refusal):
    """Pour une étape, on ne redemande une session qu’après un refus."""

    def __init__(self, statut: Statut) -> None:
        super().__init__(
            f"Le positionnement de cette étape sur cette session est déjà {statut.libelle}."
        )


class PositionnementDejaRepondu(Refusal):
    """On répond une fois à un positionnement."""

    def __init__(self, statut: Statut) -> None:
        super().__init__(f"Ce positionnement est déjà {statut.libelle}.")


class AlternativeAttendue(Refusal):
    """Un refus propose une alternative, ou dit pourquoi il n’y en a pas : l’un ou l’autre."""

    def __init__(self, refus: Refus) -> None:
        cas = "les deux" if refus.alternatives else "ni l’une ni l’autre"
        super().__init__(
            f"Ce refus dit {cas} : donner des alternatives, ou sans_alternative et sa raison."
        )
