"""Famille `beneficiaire` : ce qui arrive à la personne elle-même, et non à un de ses parcours."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import Donnees, Evenement, Flux, Porte, Rang
from contracts.listes import MotifEffacement


class BeneficiaireEffaceDonnees(Donnees):
    motif: MotifEffacement = MotifEffacement.NON_COMMUNIQUE
    parcours: tuple[UUID, ...] = Field(
        (), max_length=100, description="Ses parcours : rien ne s’y ajoute plus."
    )


class BeneficiaireEfface(Evenement):
    """L’identité de la personne et ses confidences sont effacées, partout où elles étaient."""

    nom: ClassVar[str] = "beneficiaire.efface"
    libelle: ClassVar[str] = "Bénéficiaire effacé"
    flux: ClassVar[Flux] = Flux.BENEFICIAIRE
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.COMMANDE})
    proprietaire: ClassVar[str] = "orientation"
    rang: ClassVar[Rang] = Rang.IDENTITE

    type: Literal["fr.sanscouture.beneficiaire.efface.v1"] = "fr.sanscouture.beneficiaire.efface.v1"
    data: BeneficiaireEffaceDonnees
