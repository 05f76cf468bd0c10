"""Ce que le suivi montre d’un parcours, tel qu’un partenaire le reçoit."""

from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import DossierRef, Reference
from contracts.lecture import Anomalie, Etape, Suspension
from kit.ids import short_code
from suivi.queries.lecture import Lecture


class _Vue(BaseModel):
    model_config = ConfigDict(frozen=True, use_enum_values=True)


class ReferenceVue(_Vue):
    """Ce qui désigne un événement."""

    source: str
    id: str

    @classmethod
    def de(cls, reference: Reference) -> Self:
        return cls(source=reference.source, id=reference.id)


class AnomalieVue(_Vue):
    """Ce qui contredit quoi : le fait est gardé, et c’est à son émetteur de le rectifier."""

    code: str
    phrase: str
    evenements: list[ReferenceVue]

    @classmethod
    def de(cls, anomalie: Anomalie) -> Self:
        return cls(
            code=anomalie.code,
            phrase=anomalie.phrase,
            evenements=[ReferenceVue.de(r) for r in anomalie.evenements],
        )


class SuspensionVue(_Vue):
    debut_le: datetime
    fin_le: datetime | None
    fin_prevue_le: date | None
    motif: str

    @classmethod
    def de(cls, suspension: Suspension) -> Self:
        return cls(
            debut_le=suspension.debut_le,
            fin_le=suspension.fin_le,
            fin_prevue_le=suspension.fin_prevue_le,
            motif=suspension.motif,
        )


class EtapeVue(_Vue):
    """Une étape du parcours et où elle en est."""

    etape_id: UUID
    etat: str | None
    libelle: str | None
    etat_depuis: datetime | None
    etape_deduite: bool = Field(description="Aucune orientation ne l’a dite : déduite des faits.")
    en_conflit: bool
    type_etape: str
    axe: int | None
    intitule: str | None
    session_id: UUID | None
    organisme: str | None
    orientee_le: datetime | None
    positionnee_le: datetime | None
    entree_prevue_le: date | None
    entree_le: datetime | None
    fin_prevue_le: date | None
    sortie_le: datetime | None
    nature_sortie: str | None
    heures_prevues: float | None
    heures_realisees: float | None
    suspensions: list[SuspensionVue]
    certifications: list[str]
    dossiers: list[DossierRef]
    evenements: list[ReferenceVue]

    @classmethod
    def de(cls, etape: Etape) -> Self:
        return cls(
            etape_id=etape.id,
            etat=etape.etat,
            libelle=etape.etat and etape.etat.libelle,
            etat_depuis=etape.etat_depuis,
            etape_deduite=etape.deduite,
            en_conflit=etape.en_conflit,
            type_etape=etape.type_etape,
            axe=etape.axe,
            intitule=etape.intitule,
            session_id=etape.session_id,
            organisme=etape.organisme,
            orientee_le=etape.orientee_le,
            positionnee_le=etape.positionnee_le,
            entree_prevue_le=etape.entree_prevue_le,
            entree_le=etape.entree_le,
            fin_prevue_le=etape.fin_prevue_le,
            sortie_le=etape.sortie_le,
            nature_sortie=etape.nature_sortie,
            heures_prevues=etape.heures_prevues,
            heures_realisees=etape.heures_realisees,
            suspensions=[SuspensionVue.de(s) for s in etape.suspensions],
            certifications=[c.data.resultat for c in etape.certifications],
            dossiers=etape.dossiers,
            evenements=[ReferenceVue.de(e.reference) for e in etape.evenements],
        )


class AcompleterVue(_Vue):
    """Ce que les règles attendent et que l’émetteur n’a pas dit."""

    evenement: ReferenceVue
    pointeur: str
    phrase: str


class ParcoursVue(_Vue):
    """Où en est un parcours à une date, tel que connu à un instant."""

    parcours_id: UUID
    code: str = Field(description="À dire au téléphone.")
    au: date
    connu_le: datetime
    version: int = Field(description="À redonner dans ?version= pour la même réponse, toujours.")
    etat: str
    libelle: str
    en_conflit: bool
    parcours_non_ouvert: bool
    beneficiaire_id: UUID | None
    objectif: str | None
    rome: str | None
    referent: str | None
    etapes: list[EtapeVue]
    anomalies: list[AnomalieVue]
    a_completer: list[AcompleterVue]
    sans_effet: dict[str, list[ReferenceVue]] = Field(
        description="Les événements qui ne comptent pas, par raison."
    )

    @classmethod
    def de(cls, lecture: Lecture) -> Self:
        parcours = lecture.parcours
        ouverture = parcours.ouverture and parcours.ouverture.data
        referent = ouverture.referent if ouverture else None
        sans_effet: dict[str, list[ReferenceVue]] = {}
        for reference, raison in sorted(parcours.effets.sans_effet.items()):
            sans_effet.setdefault(raison, []).append(ReferenceVue.de(reference))
        return cls(
            parcours_id=lecture.parcours_id,
            code=short_code(lecture.parcours_id, "P"),
            au=parcours.au,
            connu_le=lecture.connu_le,
            version=lecture.version,
            etat=parcours.etat,
            libelle=parcours.etat.libelle,
            en_conflit=parcours.en_conflit,
            parcours_non_ouvert=ouverture is None,
            beneficiaire_id=ouverture.beneficiaire_id if ouverture else None,
            objectif=ouverture.objectif if ouverture else None,
            rome=ouverture.rome if ouverture else None,
            referent=referent.organisme.urn if referent else None,
            etapes=[EtapeVue.de(etape) for etape in parcours.etapes],
            anomalies=[AnomalieVue.de(anomalie) for anomalie in parcours.anomalies],
            a_completer=[
                AcompleterVue(
                    evenement=ReferenceVue.de(e.reference), pointeur=f"/data/{champ}", phrase=phrase
                )
                for e in parcours.evenements
                for champ, phrase in e.a_completer.items()
            ],
            sans_effet=dict(sorted(sans_effet.items())),
        )


class CorrectionVue(_Vue):
    evenement: ReferenceVue
    connue_le: datetime
    par: str | None
    champs: dict[str, object]
    motif: str


class LigneVue(_Vue):
    """Un événement de la chronologie, dans l’ordre de la vie de la personne."""

    source: str
    id: str
    type: str
    nom: str
    libelle: str
    survenu_le: datetime
    enregistre_le: datetime
    version: int
    position: int
    partition: int
    organisation: str | None
    organisation_nom: str | None = None
    etape_id: UUID | None = None
    causationid: str | None
    trace_id: str | None
    sans_effet: str | None
    tardif: bool
    corrections: list[CorrectionVue]
    anomalies: list[AnomalieVue] = []
    confidences: list[str]


class ChronologieVue(_Vue):
    """Tout ce qui est arrivé, y compris ce qui ne compte pas, et pourquoi."""

    parcours_id: UUID
    au: date
    connu_le: datetime
    version: int
    evenements: list[LigneVue]


class AttenteVue(_Vue):
    """Un fait gardé dont on ne sait pas encore de quel parcours il parle."""

    source: str
    id: str
    type: str
    recu_le: datetime
    effet: Literal["EN_ATTENTE_DE_RAPPROCHEMENT"] = "EN_ATTENTE_DE_RAPPROCHEMENT"
    a_faire: str = (
        "Rien : il ira au journal quand le conseiller de la personne aura déclaré ce numéro. "
        "Pour ne pas attendre, le renvoyer avec le `subject` de son parcours."
    )


class StatutVue(_Vue):
    """Ce qu’il est advenu d’un événement envoyé."""

    source: str
    id: str
    type: str
    parcours_id: UUID
    enregistre_le: datetime
    partition: int
    position: int
    version: int
    effet: str = Field(description="`PRIS_EN_COMPTE`, ou la raison pour laquelle il ne compte pas.")
    parcours_non_ouvert: bool
    a_faire: str | None
    anomalies: list[AnomalieVue]
    a_completer: list[AcompleterVue]
