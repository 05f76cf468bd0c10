"""S’abonner, essayer, voir ce qui a été envoyé."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response

from contracts.catalogue import TOUS
from kit.access import Person
from kit.clock import Now
from kit.db import Database
from kit.errors import Refusal
from kit.http import Router
from kit.observability import current_traceparent
from kit.pages import Visitor
from suivi import queries
from suivi.commands.abonner import Abonnes
from suivi.pages.rendu import rendre

ISSUES = {
    "rejected": "votre système a répondu une erreur",
    "gone": "votre système ne veut plus rien recevoir (410)",
    "timeout": "votre système n’a pas répondu à temps",
    "unreachable": "votre système est injoignable",
    "forbidden": "cette adresse ne peut pas être jointe d’ici",
}

router = Router()


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
    libelles = {type_: classe.libelle for type_, classe in TOUS.items()}
    return rendre(
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
