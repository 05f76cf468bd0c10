"""Famille `positionnement` : la personne placée sur une session, et la réponse de l’organisme."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import (
    Confidentiel,
    DonneesEtape,
    Etablissement,
    Evenement,
    Jour,
    Porte,
    Rang,
    Texte,
    Valeur,
)
from contracts.listes import (
    Canal,
    Modalite,
    MotifRefus,
    MotifSansAlternative,
    TypeAlternative,
)


class _Alternative(Valeur):
    # As in `Donnees`: what is expected without being required.
    attendus: ClassVar[dict[str, str]] = {}

    precision: Texte | None = None
    echeance_le: Jour | None = Field(None, description="Jusqu’à quand elle est proposée.")


class AutreSession(_Alternative):
    """Une autre session, de cet organisme ou d’un autre."""

    attendus: ClassVar[dict[str, str]] = {"session_id": "Dire quelle session est proposée."}

    type: Literal[TypeAlternative.AUTRE_SESSION]
    session_id: UUID | None = None
    organisme: Etablissement | None = None


class Prestation(_Alternative):
    """Une prestation d’accompagnement, et qui la donne."""

    attendus: ClassVar[dict[str, str]] = {"organisme": "Dire qui donne cette prestation."}

    type: Literal[TypeAlternative.PRESTATION]
    intitule: Texte | None = None
    organisme: Etablissement | None = None


class Immersion(_Alternative):
    """Une immersion en entreprise, et chez qui."""

    attendus: ClassVar[dict[str, str]] = {"employeur": "Dire chez qui l’immersion est proposée."}

    type: Literal[TypeAlternative.IMMERSION]
    employeur: Etablissement | None = None


class RemiseANiveau(_Alternative):
    """Une remise à niveau avant de revenir, sur une session ou chez un organisme."""

    attendus: ClassVar[dict[str, str]] = {"organisme": "Dire qui donne cette remise à niveau."}

    type: Literal[TypeAlternative.REMISE_A_NIVEAU]
    session_id: UUID | None = None
    organisme: Etablissement | None = None


class AutreAlternative(_Alternative):
    """Autre chose que ces quatre-là, ou que l’on n’a pas dit."""

    type: Literal[TypeAlternative.AUTRE, TypeAlternative.NON_COMMUNIQUE]


Alternative = Annotated[
    AutreSession | Prestation | Immersion | RemiseANiveau | AutreAlternative,
    Field(discriminator="type"),
]


class DonneesPositionnement(DonneesEtape):
    """Ce que porte tout événement de positionnement."""

    positionnement_id: UUID | None = None


class PositionnementDemandeDonnees(DonneesPositionnement):
    attendus: ClassVar[dict[str, str]] = {
        "session_id": "Dire la session sur laquelle la personne est positionnée.",
    }

    modalite: Modalite = Modalite.NON_COMMUNIQUE
    canal: Canal = Canal.NON_COMMUNIQUE


class PositionnementDemande(Evenement):
    """Un conseiller place la personne sur une session."""

    nom: ClassVar[str] = "positionnement.demande"
    libelle: ClassVar[str] = "Positionnement demandé"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.FAIT, Porte.COMMANDE})
    proprietaire: ClassVar[str] = "orientation"
    rang: ClassVar[Rang] = Rang.POSITIONNEMENT

    type: Literal["fr.sanscouture.positionnement.demande.v1"] = (
        "fr.sanscouture.positionnement.demande.v1"
    )
    data: PositionnementDemandeDonnees


class PositionnementAvisFavorableDonnees(DonneesPositionnement):
    attendus: ClassVar[dict[str, str]] = {
        "entree_prevue_le": "Dire la date d’entrée prévue.",
    }

    entree_prevue_le: Jour | None = None


class PositionnementAvisFavorable(Evenement):
    """L’organisme de formation accepte la personne."""

    nom: ClassVar[str] = "positionnement.avis_favorable"
    libelle: ClassVar[str] = "Avis favorable"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.FAIT, Porte.COMMANDE})
    proprietaire: ClassVar[str] = "orientation"
    rang: ClassVar[Rang] = Rang.POSITIONNEMENT

    type: Literal["fr.sanscouture.positionnement.avis_favorable.v1"] = (
        "fr.sanscouture.positionnement.avis_favorable.v1"
    )
    data: PositionnementAvisFavorableDonnees


class PositionnementRefusArgumenteDonnees(DonneesPositionnement):
    attendus: ClassVar[dict[str, str]] = {
        "diagnostic": "Écrire le diagnostic qui fonde le refus, en 30 caractères au moins.",
    }
    longueurs: ClassVar[dict[str, int]] = {"diagnostic": 30}

    motif: MotifRefus = MotifRefus.NON_COMMUNIQUE
    diagnostic: Confidentiel | None = None
    alternatives: tuple[Alternative, ...] = Field((), max_length=10)
    sans_alternative: MotifSansAlternative | None = None


class PositionnementRefusArgumente(Evenement):
    """L’organisme ne peut pas prendre la personne : il dit pourquoi, et propose autre chose."""

    nom: ClassVar[str] = "positionnement.refus_argumente"
    libelle: ClassVar[str] = "Refus argumenté"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.FAIT, Porte.COMMANDE})
    proprietaire: ClassVar[str] = "orientation"
    rang: ClassVar[Rang] = Rang.POSITIONNEMENT

    type: Literal["fr.sanscouture.positionnement.refus_argumente.v2"] = (
        "fr.sanscouture.positionnement.refus_argumente.v2"
    )
    data: PositionnementRefusArgumenteDonnees

    @property
    def a_completer(self) -> dict[str, str]:
        if self.dit is not self:  # nobody completes by a rule that he was not told
            return self.dit.a_completer
        return super().a_completer | {
            f"alternatives/{rang}/{champ}": phrase
            for rang, alternative in enumerate(self.data.alternatives)
            for champ, phrase in alternative.attendus.items()
            if getattr(alternative, champ) is None
        }
