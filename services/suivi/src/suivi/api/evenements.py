"""La porte des faits, et ce qu’il est advenu de chacun."""

from collections.abc import Sequence
from typing import Annotated, Any, cast

from fastapi import Header, Query, Request, Response
from pydantic import TypeAdapter, ValidationError

from contracts import problemes
from contracts.base import Identifiant, Reference, Source
from kit import json, log
from kit.access import Caller, authorized
from kit.clock import Now
from kit.db import Database
from kit.errors import Refusal
from kit.http import BATCH, Router, UnsupportedMedia, document_of, media_type
from suivi import queries
from suivi.commands.rapprocher import EnAttente
from suivi.commands.recevoir import Accuse, Reception
from suivi.queries.vues import AttenteVue, StatutVue

LOT = 500
_SEUL = "application/cloudevents+json"
_RESULTATS = {"new": ("nouveau", 201), "duplicate": ("doublon", 200)}

_FORMES: dict[str, TypeAdapter[str]] = {
    "id": TypeAdapter(Identifiant),
    "source": TypeAdapter(Source),
}

router = Router(tags=["événements"])

_Ecrire = Annotated[Caller, authorized("evenements:ecrire")]
_CORPS: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            _SEUL: {"schema": {"type": "object", "description": "Un événement CloudEvents 1.0."}},
            BATCH: {"schema": {"type": "array", "maxItems": LOT, "items": {"type": "object"}}},
        },
    }
}


class LotTropGrand(Refusal):
    """Un lot a cinq cents événements au plus."""

    status = 413
    code = "TROP_GRAND"

    def __init__(self) -> None:
        super().__init__(f"Un lot a {LOT} événements au plus : l’envoyer en plusieurs fois.")


@router.post(
    "/v1/evenements",
    status_code=201,
    summary="Dire un fait, ou un lot de faits",
    openapi_extra=_CORPS,
)
async def recevoir(
    request: Request,
    caller: _Ecrire,
    now: Now,
    essai: Annotated[bool, Query(description="Répondre sans rien garder.")] = False,  # noqa: FBT002
    prefer: Annotated[str, Header()] = "",
) -> Response:
    """Chaque fait est gardé et accusé, ou refusé en disant pourquoi. Rien n’est perdu.

    Un événement : 201, 200 s’il était déjà là, 409 si son identifiant porte un autre contenu,
    202 s’il attend que l’on sache de quel parcours il parle (`data.beneficiaire_ref`).
    Un lot : 207, une ligne par événement.
    """
    reception: Reception = request.app.state.reception
    nature = media_type(request)
    if nature not in {_SEUL, BATCH}:
        raise UnsupportedMedia(f"Envoyer {_SEUL}, ou {BATCH} pour un lot.")
    corps = await request.body()
    if nature == BATCH:
        documents = json.loads_items(corps)
        if len(documents) > LOT:
            raise LotTropGrand
        accuses = await reception.recevoir(documents, caller, now, essai=essai)
        return _lot(request, documents, accuses, minimal="return=minimal" in prefer)
    [accuse] = await reception.recevoir([json.loads(corps)], caller, now, essai=essai)
    return _seul(request, accuse)


def _seul(request: Request, accuse: Accuse) -> Response:
    if isinstance(accuse.issue, Refusal):
        raise accuse.issue
    resultat, statut = _resultat(accuse.issue)
    corps = {"accuse": request.state.call_id, "resultat": resultat, **_place(accuse)}
    reponse = Response(json.dumps(corps), statut, media_type="application/json")
    if statut == 200:  # noqa: PLR2004
        reponse.headers["Idempotent-Replayed"] = "true"
    return reponse


def _lot(
    request: Request, documents: Sequence[object], accuses: list[Accuse], *, minimal: bool
) -> Response:
    lignes = [
        _ligne(rang, document, accuse)
        for rang, (document, accuse) in enumerate(zip(documents, accuses, strict=True))
    ]
    comptes: dict[str, int] = {}
    for ligne in lignes:
        resultat = cast("str", ligne["resultat"])
        comptes[resultat] = comptes.get(resultat, 0) + 1
    montrees = [ligne for ligne in lignes if not minimal or ligne["resultat"] != "nouveau"]
    corps = {"accuse": request.state.call_id, "comptes": comptes, "lignes": montrees}
    return Response(json.dumps(corps), 207, media_type="application/json")


def _ligne(rang: int, document: object, accuse: Accuse) -> dict[str, object]:
    ligne: dict[str, object] = {"rang": rang, **_designation(document)}
    if isinstance(accuse.issue, Refusal):
        resultat = "conflit" if accuse.issue.code == "CONFLIT_IDENTIFIANT" else "rejete"
        probleme = document_of(accuse.issue, problemes)
        return {**ligne, "status": accuse.issue.status, "resultat": resultat, "probleme": probleme}
    resultat, statut = _resultat(accuse.issue)
    return {**ligne, "status": statut, "resultat": resultat, **_place(accuse)}


def _resultat(issue: log.Receipt | EnAttente) -> tuple[str, int]:
    return ("en_attente", 202) if isinstance(issue, EnAttente) else _RESULTATS[issue.status]


def _place(accuse: Accuse) -> dict[str, object]:
    place: dict[str, object] = {}
    if isinstance(accuse.issue, log.Receipt):
        recu = accuse.issue
        place |= {"partition": recu.partition, "position": recu.position, "version": recu.version}
    manques = accuse.evenement.a_completer if accuse.evenement else {}
    if manques:
        place["a_completer"] = [
            {"pointeur": f"/data/{champ}", "detail": phrase} for champ, phrase in manques.items()
        ]
    return place


def _designation(document: object) -> dict[str, object]:
    """Source et identifiant d’un document, s’ils en sont : rien d’autre n’est jamais redit."""
    champs = document if isinstance(document, dict) else {}
    return {nom: _si(forme, champs.get(nom)) for nom, forme in _FORMES.items()}


def _si(forme: TypeAdapter[str], valeur: object) -> str | None:
    try:
        return forme.validate_python(valeur, strict=True)
    except ValidationError:
        return None


@router.get("/v1/evenements", summary="Ce qu’il est advenu d’un événement que l’on a envoyé")
async def statut(
    source: Annotated[Source, Query()],
    id: Annotated[Identifiant, Query()],  # noqa: A002 - the name partners know
    caller: _Ecrire,
    db: Database,
    now: Now,
) -> StatutVue | AttenteVue:
    """Sa place au journal, s’il compte, ce qui cloche et quoi faire. 404 pour celui d’un autre."""
    return await queries.evenements.statut(db, caller, Reference(source, id), now)
