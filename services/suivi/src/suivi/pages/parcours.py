"""Retrouver un parcours, et le lire à toute date."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response

from contracts.catalogue import FaitDeParcours, Rectification
from contracts.listes import PUBLICS_SENSIBLES
from kit import clock
from kit.access import TheAccess
from kit.clock import Now, civil_date
from kit.db import Database
from kit.http import Router
from kit.ids import named_uuid, short_code
from kit.pages import Visitor
from kit.settings import Settings
from suivi import queries
from suivi.pages.chronologie import Chronologie
from suivi.pages.rendu import rendre
from suivi.pages.situation import dire
from suivi.queries.identite import Identites
from suivi.queries.lecture import Consultation, Lecture

router = Router()


@dataclass(frozen=True)
class Resume:
    """Un parcours dans une liste."""

    id: UUID
    code: str
    objectif: str | None
    etat: str
    en_conflit: bool
    dernier: FaitDeParcours | None

    @classmethod
    def de(cls, lecture: Lecture) -> "Resume":
        parcours = lecture.parcours
        return cls(
            id=lecture.parcours_id,
            code=short_code(lecture.parcours_id, "P"),
            objectif=parcours.ouverture.data.objectif if parcours.ouverture else None,
            etat=parcours.etat.libelle,
            en_conflit=parcours.en_conflit,
            dernier=parcours.evenements[-1] if parcours.evenements else None,
        )


@router.get("/", include_in_schema=False)
async def accueil() -> Response:
    return RedirectResponse("/parcours", 303)


@router.get("/parcours", include_in_schema=False)
async def parcours(  # noqa: PLR0913 - FastAPI's dependencies
    request: Request,
    person: Visitor,
    db: Database,
    access: TheAccess,
    now: Now,
    *,
    code: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Les parcours d’un code, ou les derniers qui ont bougé."""
    consultation = Consultation(db, access, person, now)
    trouves = await (
        queries.parcours.retrouver(consultation, code)
        if code
        else queries.parcours.recents(consultation)
    )
    if code and len(trouves) == 1:
        return RedirectResponse(f"/parcours/{trouves[0]}", 303)
    resumes = [await _resume(consultation, un) for un in trouves]
    titre = "Parcours de ce code" if code else "Les derniers qui ont bougé"
    return rendre(request, "parcours.html", code=code, erreur="", resumes=resumes, titre=titre)


async def _resume(consultation: Consultation, parcours_id: UUID) -> Resume:
    au = civil_date(consultation.le)
    return Resume.de(await queries.lecture.relire(consultation, parcours_id, au=au))


@router.get("/parcours/{parcours_id}", include_in_schema=False)
async def chronologie(  # noqa: PLR0913 - FastAPI's dependencies
    request: Request,
    parcours_id: UUID,
    person: Visitor,
    *,
    db: Database,
    access: TheAccess,
    now: Now,
    au: Annotated[date | None, Query()] = None,
    connu_le: Annotated[date | None, Query()] = None,
) -> Response:
    """Où en est le parcours, qui doit quoi, et tout ce qui est arrivé."""
    aujourd_hui = civil_date(now)
    au, connu_le = au or aujourd_hui, connu_le or aujourd_hui
    lecture = await queries.lecture.relire(
        Consultation(db, access, person, now),
        parcours_id,
        au=au,
        connu_le=None
        if connu_le >= aujourd_hui
        else clock.midnight_after(connu_le) - timedelta(microseconds=1),
    )
    contexte = await _contexte(request, lecture, access, aujourd_hui)
    return rendre(
        request,
        "chronologie.html",
        **contexte,
        maintenant=now,
        connu_le=connu_le,
        au_present=au == connu_le == aujourd_hui,
    )


async def _contexte(
    request: Request, lecture: Lecture, access: TheAccess, aujourd_hui: date
) -> dict[str, Any]:
    settings: Settings = request.app.state.settings
    identites: Identites = request.app.state.identites
    noms = await access.directory(_nommees(lecture))
    preparee = Chronologie(lecture, noms, settings.trace_url, aujourd_hui)
    ouverture = lecture.parcours.ouverture
    identite = await identites.lire(ouverture.data.beneficiaire_id) if ouverture else None
    referent = ouverture.data.referent if ouverture else None
    ecart = queries.ecarts.dernier_ecart(lecture, aujourd_hui)
    publics = ouverture.data.publics_cibles if ouverture else ()
    return {
        "lecture": lecture,
        "chronologie": preparee,
        "code": short_code(lecture.parcours_id, "P"),
        "nom": f"{identite.prenom} {identite.nom}" if identite else None,
        "situation": dire(preparee, identite.prenom if identite else None),
        "referent": preparee.nom(referent.organisme.urn) if referent else None,
        "publics": [p.libelle for p in publics if p not in PUBLICS_SENSIBLES],
        "derniere": lecture.parcours.etapes[-1] if lecture.parcours.etapes else None,
        "aujourd_hui": aujourd_hui,
        "ecart": ecart,
        "reponses": queries.ecarts.reponses(lecture, ecart) if ecart else [],
        "champ": _champ,
        "lu": _lu,
    }


def _nommees(lecture: Lecture) -> set[UUID]:
    """Les organisations dont la page peut dire le nom."""
    nommees = {e.origin for e in lecture.entrees if e.origin}
    for evenement in lecture.parcours.evenements:
        nommees |= {named_uuid(urn) for urn in evenement.nommes}
    return nommees


def _champ(pointeur: str) -> str:
    """Le nom d’un champ corrigé, comme on le lit."""
    return pointeur.rpartition("/")[2].removesuffix("_le").replace("_", " ")


def _lu(evenement: FaitDeParcours | Rectification, pointeur: str) -> object:
    """Ce que l’événement disait à cet endroit."""
    valeur: Any = evenement.dit.model_dump(mode="json")
    for pas in pointeur.removeprefix("/").split("/"):
        valeur = valeur[int(pas)] if isinstance(valeur, list) else (valeur or {}).get(pas)
    return valeur
