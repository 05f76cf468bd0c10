"""Retrouver un parcours, et le lire à toute date."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response

from contracts.catalogue import FaitDeParcours
from contracts.lecture import Nom, champ_dit, lu, valeur_dite
from contracts.listes import PUBLICS_SENSIBLES
from kit import clock
from kit.access import TheAccess
from kit.clock import Now, civil_date
from kit.db import Database
from kit.http import Router
from kit.ids import short_code
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
    consultation = Consultation(db, access, person, now)
    au, connu_le = au or aujourd_hui, connu_le or aujourd_hui
    lecture = await queries.lecture.relire(
        consultation,
        parcours_id,
        au=au,
        connu_le=None
        if connu_le >= aujourd_hui
        else clock.midnight_after(connu_le) - timedelta(microseconds=1),
    )
    au_present = au == connu_le == aujourd_hui
    presente = (
        lecture
        if au_present
        else await queries.lecture.relire(consultation, parcours_id, au=aujourd_hui)
    )
    nom = await queries.noms.nommer(access, lecture, presente)
    ecart = queries.ecarts.dernier_ecart(lecture, aujourd_hui)
    if not au_present:
        ecarts = queries.ecarts.difference(lecture, presente, nom)
    else:
        ecarts = queries.ecarts.appris_depuis(lecture, ecart, nom) if ecart else []
    return rendre(
        request,
        "chronologie.html",
        **await _contexte(request, lecture, nom, aujourd_hui),
        maintenant=now,
        connu_le=connu_le,
        au_present=au_present,
        ecart=ecart,
        ecarts=ecarts,
        reponses=queries.ecarts.reponses(lecture, ecart) if ecart else [],
    )


async def _contexte(
    request: Request, lecture: Lecture, nom: Nom, aujourd_hui: date
) -> dict[str, Any]:
    settings: Settings = request.app.state.settings
    identites: Identites = request.app.state.identites
    preparee = Chronologie(lecture, nom, settings.trace_url, aujourd_hui)
    ouverture = lecture.parcours.ouverture
    identite = await identites.lire(ouverture.data.beneficiaire_id) if ouverture else None
    referent = ouverture.data.referent if ouverture else None
    publics = ouverture.data.publics_cibles if ouverture else ()
    return {
        "lecture": lecture,
        "chronologie": preparee,
        "code": short_code(lecture.parcours_id, "P"),
        "nom": f"{identite.prenom} {identite.nom}" if identite else None,
        "situation": dire(preparee, identite.prenom if identite else None),
        "referent": nom(referent.organisme.urn) if referent else None,
        "publics": [p.libelle for p in publics if p not in PUBLICS_SENSIBLES],
        "derniere": lecture.parcours.etapes[-1] if lecture.parcours.etapes else None,
        "aujourd_hui": aujourd_hui,
        "champ": champ_dit,
        "lu": lu,
        "valeur": valeur_dite,
    }
