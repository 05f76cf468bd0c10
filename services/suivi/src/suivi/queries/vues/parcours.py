"""L’état d’un parcours, ce sur quoi il repose, et ce qui est mis à part."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from contracts.base import DossierRef, Reference
from contracts.lecture import (
    Etape,
    Evenement,
    Raison,
    Suspension,
    appuis,
    mises_a_part,
    ordre,
)
from kit import log
from kit.ids import short_code
from suivi.queries.lecture import Lecture, evenements
from suivi.queries.vues.base import AnomalieVue, ReferenceVue, Vue


class SuspensionVue(Vue):
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


class EtapeVue(Vue):
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


class AcompleterVue(Vue):
    """Ce que les règles attendent et que l’émetteur n’a pas dit."""

    evenement: ReferenceVue
    pointeur: str
    phrase: str


class AppuiVue(Vue):
    """Un événement qui compte, tel que corrigé."""

    evenement: ReferenceVue
    nom: str
    libelle: str
    organisation: str | None
    survenu_le: datetime
    enregistre_le: datetime
    version: int

    @classmethod
    def de(cls, evenement: Evenement, entree: log.Entry) -> Self:
        return cls(
            evenement=ReferenceVue.de(evenement.reference),
            nom=evenement.nom,
            libelle=evenement.libelle,
            organisation=evenement.organisation,
            survenu_le=evenement.time,
            enregistre_le=entree.recorded_at,
            version=entree.version,
        )


class MiseAPartVue(AppuiVue):
    """Un événement mis à part, et pourquoi ; corrigé, il compte avec d’autres champs."""

    raison: Raison
    raison_libelle: str
    par: list[ReferenceVue] = Field(description="Les événements qui le corrigent ou l’annulent.")
    champs: list[str] = Field(description="Ceux que la correction remplace, par leur pointeur.")


class ParcoursVue(Vue):
    """Où en est un parcours à une date, tel que connu à un instant, et sur quoi cela repose."""

    parcours_id: UUID
    code: str = Field(description="À dire au téléphone.")
    au: date
    connu_le: datetime | None = Field(description="Quand on a su le dernier de ces événements.")
    version: int = Field(description="À redonner dans ?version= pour la même réponse, toujours.")
    version_lue: int = Field(
        description="La dernière du journal. À redonner aussi, s’il y a ici des événements pas"
        " encore connus."
    )
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
    evenements: list[AppuiVue] = Field(
        description="Ceux sur quoi l’état repose, dans l’ordre de la vie : les faits d’ici à `au`,"
        " et les rectifications effectives."
    )
    mis_a_part: list[MiseAPartVue] = Field(description="Ceux sur quoi il ne repose pas.")

    @classmethod
    def de(cls, lecture: Lecture) -> Self:
        parcours = lecture.parcours
        ouverture = parcours.ouverture and parcours.ouverture.data
        referent = ouverture.referent if ouverture else None
        return cls(
            parcours_id=lecture.parcours_id,
            code=short_code(lecture.parcours_id, "P"),
            au=parcours.au,
            connu_le=lecture.connu_le,
            version=lecture.version,
            version_lue=lecture.version_lue,
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
            evenements=[AppuiVue.de(e, lecture.entree(e.reference)) for e in appuis(parcours)],
            mis_a_part=_mis_a_part(lecture),
        )


def _mis_a_part(lecture: Lecture) -> list[MiseAPartVue]:
    """Dans l’ordre de la vie. Ce qu’une correction remplace reste ici tel que dit d’abord."""
    entrees = {Reference(e.source, e.id): e for e in (*lecture.entrees, *lecture.suites)}
    suites = evenements(lecture.suites)
    dits = {e.reference: e for e in (*lecture.journal, *suites)}
    mises = mises_a_part(lecture.parcours, [e.reference for e in suites])
    return [
        MiseAPartVue(
            **AppuiVue.de(dits[mise.evenement], entrees[mise.evenement]).model_dump(),
            raison=mise.raison,
            raison_libelle=mise.raison.libelle,
            par=[ReferenceVue.de(reference) for reference in mise.par],
            champs=list(mise.champs),
        )
        for mise in sorted(mises, key=lambda mise: (ordre(dits[mise.evenement]), mise))
    ]
