"""Famille `passerelle` : le comité saisi, et sa décision."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import (
    Cible,
    Confidentiel,
    Donnees,
    Entier,
    Evenement,
    Jour,
    Organisme,
    OuiNon,
    Porte,
    Rang,
    Texte,
    Valeur,
)
from contracts.listes import Decision, TypeEtape


class EtapeVisee(Valeur):
    """L’étape que l’on demande au comité d’ouvrir ou de faire reprendre."""

    type_etape: TypeEtape = TypeEtape.NON_COMMUNIQUE
    etape_id: UUID | None = None
    session_id: UUID | None = None
    organisme_formateur: Organisme | None = None


class Quorum(Valeur):
    """Combien de membres étaient là, sur combien."""

    presents: Annotated[Entier, Field(ge=0, le=100)]
    membres: Annotated[Entier, Field(ge=1, le=100)]


class DonneesSaisine(Donnees):
    """Ce que porte tout événement d’une saisine. L’étape est celle d’où vient la personne."""

    saisine_id: UUID
    etape_id: UUID | None = None


class PasserelleSaisineDeposeeDonnees(DonneesSaisine):
    etape_visee: EtapeVisee
    comite: Organisme
    bilan: Confidentiel | None = None
    attestation: Cible | None = None
    urgence: OuiNon = False


class PasserelleSaisineDeposee(Evenement):
    """Un conseiller ou un organisme demande au comité passerelle de décider de la suite."""

    nom: ClassVar[str] = "passerelle.saisine_deposee"
    libelle: ClassVar[str] = "Comité passerelle saisi"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.COMMANDE})
    proprietaire: ClassVar[str] = "passerelle"
    rang: ClassVar[Rang] = Rang.PASSERELLE

    type: Literal["fr.sanscouture.passerelle.saisine_deposee.v1"] = (
        "fr.sanscouture.passerelle.saisine_deposee.v1"
    )
    data: PasserelleSaisineDeposeeDonnees


class PasserelleDecisionRendueDonnees(DonneesSaisine):
    decision: Decision
    motivation: Confidentiel | None = None
    conditions: tuple[Texte, ...] = Field((), max_length=20)
    mise_en_oeuvre_le: Jour | None = None
    quorum: Quorum
    membres: tuple[Organisme, ...] = Field((), max_length=50)
    organisme_formateur: Organisme | None = None
    alternative: Texte | None = None


class PasserelleDecisionRendue(Evenement):
    """Le comité passerelle décide ensemble, donne ses raisons et un délai."""

    nom: ClassVar[str] = "passerelle.decision_rendue"
    libelle: ClassVar[str] = "Décision du comité passerelle"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.COMMANDE})
    proprietaire: ClassVar[str] = "passerelle"
    rang: ClassVar[Rang] = Rang.PASSERELLE

    type: Literal["fr.sanscouture.passerelle.decision_rendue.v1"] = (
        "fr.sanscouture.passerelle.decision_rendue.v1"
    )
    data: PasserelleDecisionRendueDonnees
