"""Les pages du suivi."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from contracts.catalogue import PAR_TYPE, FaitDeParcours, Rectification
from contracts.listes import PUBLICS_SENSIBLES
from kit import clock
from kit.access import Person, TheAccess
from kit.clock import Now, civil_date
from kit.db import Database
from kit.errors import Refusal
from kit.http import Router
from kit.ids import named_uuid, short_code
from kit.observability import current_traceparent
from kit.pages import Link, Pages, Visitor
from kit.settings import Settings
from suivi import queries
from suivi.commands.abonner import Abonnes
from suivi.pages.chronologie import Chronologie
from suivi.pages.situation import dire
from suivi.queries.identite import Identites
from suivi.queries.lecture import Consultation, Lecture

LECTEURS = frozenset(
    {"mission_locale", "cap_emploi", "france_travail", "organisme_formation", "comite_passerelle"}
)
ISSUES = {
    "rejected": "votre système a répondu une erreur",
    "gone": "votre système ne veut plus rien recevoir (410)",
    "timeout": "votre système n’a pas répondu à temps",
    "unreachable": "votre système est injoignable",
    "forbidden": "cette adresse ne peut pas être jointe d’ici",
}

router = Router()


def pages(settings: Settings) -> Pages:
    nav = [
        Link("Parcours", "/parcours", LECTEURS),
        Link("Abonnement", "/abonnement", LECTEURS),
        Link("Tableau de bord", f"{settings.indicateurs_url}/"),
    ]
    templates = Path(__file__).parents[1] / "templates"
    return Pages(templates, settings, home="/parcours", nav=nav)


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


def _rendre(request: Request, template: str, **contexte: Any) -> Response:  # noqa: ANN401
    rendu: Pages = request.app.state.pages
    return rendu.render(request, template, **contexte)


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
    return _rendre(request, "parcours.html", code=code, erreur="", resumes=resumes, titre=titre)


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
    return _rendre(
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
    valeur: Any = evenement.model_dump(mode="json")
    for pas in pointeur.removeprefix("/").split("/"):
        valeur = valeur[int(pas)] if isinstance(valeur, list) else (valeur or {}).get(pas)
    return valeur


@router.get("/abonnement", include_in_schema=False)
async def abonnement(request: Request, person: Visitor, db: Database) -> Response:
    """L’abonnement de son organisation, et ce qui lui a été envoyé."""
    return await _abonnement(request, person, db)


async def _abonnement(
    request: Request, person: Person, db: Database, **contexte: object
) -> Response:
    trouve = await queries.abonnements.abonnement(db, person.organisation.id)
    envois: Sequence[object] = (
        await queries.abonnements.envois(db, person.organisation.id, trouve.id) if trouve else []
    )
    defauts = {"secret": "", "erreur": "", "url": ""}
    libelles = {type_: classe.libelle for type_, classe in PAR_TYPE.items()}
    return _rendre(
        request,
        "abonnement.html",
        abonnement=trouve,
        envois=envois,
        libelles=libelles,
        issues=ISSUES,
        **(defauts | contexte),
    )


@router.post("/abonnement", include_in_schema=False)
async def abonner(
    request: Request,
    person: Visitor,
    db: Database,
    now: Now,
    url: Annotated[str, Form(max_length=2000)],
) -> Response:
    abonnes: Abonnes = request.app.state.abonnes
    try:
        _, secret = await abonnes.abonner(person.organisation, url, None, now)
    except Refusal as refus:
        phrases = [faute.detail for faute in refus.errors] or [str(refus)]
        return await _abonnement(request, person, db, erreur=". ".join(phrases), url=url)
    return await _abonnement(request, person, db, secret=secret)


@router.post("/abonnement/essai", include_in_schema=False)
async def essayer(request: Request, person: Visitor, db: Database, now: Now) -> Response:
    abonnes: Abonnes = request.app.state.abonnes
    trouve = await queries.abonnements.abonnement(db, person.organisation.id)
    if trouve:
        await abonnes.essayer(person.organisation, trouve.id, now, current_traceparent())
    return RedirectResponse("/abonnement", 303)


@router.post("/abonnement/retrait", include_in_schema=False)
async def retirer(request: Request, person: Visitor, db: Database) -> Response:
    abonnes: Abonnes = request.app.state.abonnes
    trouve = await queries.abonnements.abonnement(db, person.organisation.id)
    if trouve:
        await abonnes.retirer(person.organisation, trouve.id)
    return RedirectResponse("/abonnement", 303)
