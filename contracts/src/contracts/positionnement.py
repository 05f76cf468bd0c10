"""Famille `positionnement` : la personne placée sur une session, et la réponse de l’organisme."""

from typing import ClassVar, Literal
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


class Alternative(Valeur):
    """Ce qui est proposé à la personne à la place de l’étape refusée."""

    type: TypeAlternative
    session_id: UUID | None = None
    organisme: Etablissement | None = None
    precision: Texte | None = None


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

    type: Literal["fr.sanscouture.positionnement.refus_argumente.v1"] = (
        "fr.sanscouture.positionnement.refus_argumente.v1"
    )
    data: PositionnementRefusArgumenteDonnees
