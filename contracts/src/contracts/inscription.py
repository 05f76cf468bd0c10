"""Famille `inscription` : la vie d’une place, jusqu’à la veille de l’entrée."""

from typing import ClassVar, Literal
from uuid import UUID

from contracts.base import DonneesEtape, Evenement, Heures, Jour, Porte, Rang, Texte


class DonneesPlace(DonneesEtape):
    """Ce que porte tout événement d’une place."""

    etape_id: UUID
    session_id: UUID
    reservation_id: UUID


class InscriptionPlaceReserveeDonnees(DonneesPlace):
    valable_jusqu_au: Jour | None = None


class InscriptionPlaceReservee(Evenement):
    """Une place de la session est gardée pour la personne."""

    nom: ClassVar[str] = "inscription.place_reservee"
    libelle: ClassVar[str] = "Place réservée"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.COMMANDE, Porte.TEMPS})
    proprietaire: ClassVar[str] = "inscription"
    rang: ClassVar[Rang] = Rang.INSCRIPTION

    type: Literal["fr.sanscouture.inscription.place_reservee.v1"] = (
        "fr.sanscouture.inscription.place_reservee.v1"
    )
    data: InscriptionPlaceReserveeDonnees


class InscriptionGarantieDonnees(DonneesPlace):
    entree_prevue_le: Jour
    heures_prevues: Heures | None = None
    detail: Texte | None = None


class InscriptionGarantie(Evenement):
    """La personne est garantie de son inscription : son entrée est sûre."""

    nom: ClassVar[str] = "inscription.garantie"
    libelle: ClassVar[str] = "Inscription garantie"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.COMMANDE})
    proprietaire: ClassVar[str] = "inscription"
    rang: ClassVar[Rang] = Rang.INSCRIPTION

    type: Literal["fr.sanscouture.inscription.garantie.v1"] = (
        "fr.sanscouture.inscription.garantie.v1"
    )
    data: InscriptionGarantieDonnees
