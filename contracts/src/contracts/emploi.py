"""Famille `emploi` : la personne et le travail."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.base import Donnees, Evenement, Jour, Nombre, OuiNon, Porte, Rang, Rome, Siret
from contracts.listes import SourceEmploi, TypeContrat


class EmploiRetourEmploiDeclareDonnees(Donnees):
    attendus: ClassVar[dict[str, str]] = {
        "heures_hebdo": "Dire le nombre d’heures par semaine.",
    }

    type_contrat: TypeContrat = TypeContrat.NON_COMMUNIQUE
    fin_le: Jour | None = None
    heures_hebdo: Annotated[Nombre, Field(ge=0, le=80)] | None = None
    source_information: SourceEmploi = SourceEmploi.NON_COMMUNIQUE
    lien_formation: OuiNon | None = None
    rome: Rome | None = None
    siret_employeur: Siret | None = None


class EmploiRetourEmploiDeclare(Evenement):
    """La personne a commencé à travailler."""

    nom: ClassVar[str] = "emploi.retour_emploi_declare"
    libelle: ClassVar[str] = "Retour à l’emploi déclaré"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.FAIT})
    proprietaire: ClassVar[str] = "suivi"
    rang: ClassVar[Rang] = Rang.EMPLOI

    type: Literal["fr.sanscouture.emploi.retour_emploi_declare.v1"] = (
        "fr.sanscouture.emploi.retour_emploi_declare.v1"
    )
    data: EmploiRetourEmploiDeclareDonnees
