"""Famille `orientation` : la prescription d’une étape."""

from typing import ClassVar, Literal
from uuid import UUID

from contracts.base import DonneesEtape, Evenement, Porte, Rang, Texte
from contracts.listes import TypeEtape


class OrientationPrononceeDonnees(DonneesEtape):
    etape_id: UUID
    type_etape: TypeEtape = TypeEtape.NON_COMMUNIQUE
    axe: Literal[1, 2] | None = None
    domaine: Texte | None = None
    intitule: Texte | None = None


class OrientationPrononcee(Evenement):
    """Un conseiller prescrit à la personne une étape : un type, et une session ou un domaine."""

    nom: ClassVar[str] = "orientation.orientation_prononcee"
    libelle: ClassVar[str] = "Orientation prononcée"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.FAIT, Porte.COMMANDE})
    proprietaire: ClassVar[str] = "orientation"
    rang: ClassVar[Rang] = Rang.ORIENTATION

    type: Literal["fr.sanscouture.orientation.orientation_prononcee.v1"] = (
        "fr.sanscouture.orientation.orientation_prononcee.v1"
    )
    data: OrientationPrononceeDonnees
