"""Famille `suivi` : l’entrée et le déroulé, tels que les partenaires les rapportent."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.base import (
    Bloc,
    DonneesEtape,
    Empreinte,
    Evenement,
    Heures,
    Jour,
    Nombre,
    Organisme,
    OuiNon,
    Porte,
    Rang,
    Texte,
)
from contracts.listes import (
    MotifAbandon,
    MotifSuspension,
    NatureSortie,
    Qualification,
    Responsabilite,
    StatutReprise,
)


class SuiviEntreeEffectiveDonnees(DonneesEtape):
    attendus: ClassVar[dict[str, str]] = {
        "heures_prevues": "Dire le nombre d’heures prévues.",
        "fin_prevue_le": "Dire la date de fin prévue.",
        "nouveau_plan": "Dire si cette entrée ouvre un nouveau plan de formation (AES).",
    }

    heures_prevues: Heures | None = None
    fin_prevue_le: Jour | None = None
    nouveau_plan: OuiNon | None = None


class SuiviEntreeEffective(Evenement):
    """La personne entre réellement en formation."""

    nom: ClassVar[str] = "suivi.entree_effective"
    libelle: ClassVar[str] = "Entrée effective"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.FAIT})
    proprietaire: ClassVar[str] = "suivi"
    rang: ClassVar[Rang] = Rang.ENTREE

    type: Literal["fr.sanscouture.suivi.entree_effective.v1"] = (
        "fr.sanscouture.suivi.entree_effective.v1"
    )
    data: SuiviEntreeEffectiveDonnees


class SuiviSuspensionPrononceeDonnees(DonneesEtape):
    attendus: ClassVar[dict[str, str]] = {
        "fin_prevue_le": "Dire jusqu’à quand la suspension est prévue.",
    }

    motif: MotifSuspension = MotifSuspension.NON_COMMUNIQUE
    fin_prevue_le: Jour | None = None


class SuiviSuspensionPrononcee(Evenement):
    """La personne interrompt son étape, avec l’intention de la reprendre."""

    nom: ClassVar[str] = "suivi.suspension_prononcee"
    libelle: ClassVar[str] = "Suspension prononcée"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.FAIT})
    proprietaire: ClassVar[str] = "suivi"
    rang: ClassVar[Rang] = Rang.SUSPENSION

    type: Literal["fr.sanscouture.suivi.suspension_prononcee.v1"] = (
        "fr.sanscouture.suivi.suspension_prononcee.v1"
    )
    data: SuiviSuspensionPrononceeDonnees


class SuiviAttestationCompetencesDelivreeDonnees(DonneesEtape):
    attendus: ClassVar[dict[str, str]] = {
        "competences": "Nommer les compétences acquises.",
    }

    competences: tuple[Texte, ...] = Field((), max_length=100)
    blocs: tuple[Bloc, ...] = Field((), max_length=30)
    empreinte: Empreinte | None = None


class SuiviAttestationCompetencesDelivree(Evenement):
    """L’organisme atteste les compétences acquises, pour qu’un autre puisse les reprendre."""

    nom: ClassVar[str] = "suivi.attestation_competences_delivree"
    libelle: ClassVar[str] = "Attestation de compétences délivrée"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.FAIT})
    proprietaire: ClassVar[str] = "suivi"
    rang: ClassVar[Rang] = Rang.PLAN

    type: Literal["fr.sanscouture.suivi.attestation_competences_delivree.v1"] = (
        "fr.sanscouture.suivi.attestation_competences_delivree.v1"
    )
    data: SuiviAttestationCompetencesDelivreeDonnees


class SuiviRepriseEffectiveDonnees(DonneesEtape):
    organisme: Organisme | None = None
    statut: StatutReprise = StatutReprise.NON_COMMUNIQUE
    acquis_repris: OuiNon | None = None
    fin_prevue_le: Jour | None = None


class SuiviRepriseEffective(Evenement):
    """La personne reprend son étape, dans le même organisme ou dans un autre."""

    nom: ClassVar[str] = "suivi.reprise_effective"
    libelle: ClassVar[str] = "Reprise effective"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.FAIT})
    proprietaire: ClassVar[str] = "suivi"
    rang: ClassVar[Rang] = Rang.REPRISE

    type: Literal["fr.sanscouture.suivi.reprise_effective.v1"] = (
        "fr.sanscouture.suivi.reprise_effective.v1"
    )
    data: SuiviRepriseEffectiveDonnees


class SuiviAbandonConstateDonnees(DonneesEtape):
    motif: MotifAbandon = MotifAbandon.NON_COMMUNIQUE
    qualification: Qualification | None = None
    responsabilite: Responsabilite | None = None


class SuiviAbandonConstate(Evenement):
    """La personne a quitté l’étape avant son terme."""

    nom: ClassVar[str] = "suivi.abandon_constate"
    libelle: ClassVar[str] = "Abandon constaté"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.FAIT})
    proprietaire: ClassVar[str] = "suivi"
    rang: ClassVar[Rang] = Rang.ABANDON

    type: Literal["fr.sanscouture.suivi.abandon_constate.v1"] = (
        "fr.sanscouture.suivi.abandon_constate.v1"
    )
    data: SuiviAbandonConstateDonnees


class SuiviSortieEffectiveDonnees(DonneesEtape):
    attendus: ClassVar[dict[str, str]] = {
        "heures_realisees": "Dire le nombre d’heures réalisées.",
    }

    nature: NatureSortie = NatureSortie.NON_COMMUNIQUE
    heures_realisees: Heures | None = None
    taux: Annotated[Nombre, Field(ge=0, le=100)] | None = None


class SuiviSortieEffective(Evenement):
    """La personne sort de l’étape, et l’on sait comment."""

    nom: ClassVar[str] = "suivi.sortie_effective"
    libelle: ClassVar[str] = "Sortie effective"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.FAIT})
    proprietaire: ClassVar[str] = "suivi"
    rang: ClassVar[Rang] = Rang.SORTIE

    type: Literal["fr.sanscouture.suivi.sortie_effective.v1"] = (
        "fr.sanscouture.suivi.sortie_effective.v1"
    )
    data: SuiviSortieEffectiveDonnees
