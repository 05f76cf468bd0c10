"""Ce que la porte des faits prend, et ce qu’elle refuse (partenaires.md §3.2 à 3.5)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from contracts import problemes, rapprochement
from contracts.base import BeneficiaireRef, Porte
from contracts.catalogue import TOUS, EvenementPoste, valider
from contracts.evenement import EvenementCorrige
from kit.errors import FieldError, Forbidden, Invalid, MissingScope, Refusal
from kit.json import BadJson, pointer

# Clocks differ from one system to another (evenements.md §3, règle 5).
AVANCE_ADMISE = timedelta(minutes=5)
TARDIF = timedelta(days=365)

_ROUTES = {
    "beneficiaire.efface": "POST /v1/beneficiaires/{id}/effacement du service orientation",
    "parcours.ouvert": "POST /v1/parcours du service orientation",
    "inscription.place_reservee": "POST /v1/sessions/{id}/reservations du service inscription",
    "inscription.garantie": "POST /v1/reservations/{id}/garantie du service inscription",
    "passerelle.saisine_deposee": "POST /v1/saisines du service passerelle",
    "passerelle.decision_rendue": "POST /v1/saisines/{id}/decision du service passerelle",
}
_INSTANT: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


class EvenementInvalide(Invalid):
    """Le document n’est pas un événement du catalogue."""

    code = "EVENEMENT_INVALIDE"


class SourceEtrangere(Forbidden):
    """Une organisation ne parle qu’en son nom : la source commence par son préfixe."""

    def __init__(self, prefixe: str) -> None:
        super().__init__(f"Votre source doit commencer par {prefixe}.")
        self._prefixe = prefixe

    @property
    def errors(self) -> tuple[FieldError, ...]:
        attendu = f"Écrire une source qui commence par {self._prefixe}"
        return (FieldError("SOURCE_ETRANGERE", "/source", attendu),)


class DecisionReservee(Forbidden):
    """Une décision se demande au service qui la prend : ce n’est pas un fait que l’on rapporte."""

    def __init__(self, nom: str) -> None:
        super().__init__(f"« {nom} » est une décision : la demander par {_ROUTES[nom]}.")
        self._route = _ROUTES[nom]

    @property
    def members(self) -> Mapping[str, object]:
        return {"route": self._route}


class ConflitIdentifiant(Refusal):
    """Une source et un identifiant désignent un seul événement, pour toujours."""

    def __init__(self) -> None:
        super().__init__(
            "Cette source a déjà donné cet identifiant à un autre contenu. Rien n’est changé : "
            "pour rectifier, envoyer evenement.corrige ou evenement.annule."
        )


class Fait(NamedTuple):
    """Un événement accepté ; `personne` si son parcours reste à trouver par elle."""

    evenement: EvenementPoste
    personne: BeneficiaireRef | None


def examiner(
    document: object, prefixe: str, maintenant: datetime, peut_ecrire: Callable[[str], bool]
) -> Fait:
    """Le fait d’un document reçu de dehors, ou le refus qui dit tout ce qui ne va pas.

    `prefixe` : la source enregistrée de l’organisation qui parle. `peut_ecrire` : si sa clé
    permet une famille.
    """
    if isinstance(document, BadJson):
        code, detail = problemes.field(document.code, {})
        _, _, lieu = document.pointer.removeprefix("/").partition("/")  # within the event
        raise EvenementInvalide(FieldError(code, lieu and f"/{lieu}", detail))
    if not isinstance(document, Mapping):
        raise EvenementInvalide(_faute("dict_type"))
    type_ = document.get("type")
    if type_ is None:
        raise EvenementInvalide(_faute("missing", "type"), *_manquants(document))
    if not isinstance(type_, str) or type_ not in TOUS:
        raise EvenementInvalide(_faute("type_inconnu", "type"))
    classe = TOUS[type_]
    if Porte.FAIT not in classe.portes:
        raise DecisionReservee(classe.nom)
    famille = classe.nom.partition(".")[0]
    if not peut_ecrire(famille):
        raise MissingScope(f"Cette clé ne permet pas d’écrire la famille « {famille} ».")
    try:
        document, personne = rapprochement.separer(document)
    except ValidationError as erreur:
        lieux = [(e["type"], (*rapprochement.CHAMP, *e["loc"])) for e in erreur.errors()]
        raise EvenementInvalide(*(_faute(type_, *lieu) for type_, lieu in lieux)) from None
    try:
        evenement = valider(document, prefixe)
    except ValidationError as erreur:
        fautes = (_faute(e["type"], *e["loc"], ctx=e.get("ctx", {})) for e in erreur.errors())
        raise EvenementInvalide(*fautes) from None
    if not f"{evenement.source}:".startswith(f"{prefixe}:"):
        raise SourceEtrangere(prefixe)
    limite = maintenant + AVANCE_ADMISE
    futures = [lieu for lieu, instant in _dates(evenement) if instant > limite]
    if futures and not evenement.planifie:
        raise EvenementInvalide(*(_faute("date_future", *lieu) for lieu in futures))
    return Fait(evenement, personne)


def evenement_impossible_a_garder() -> EvenementInvalide:
    """Ce que la base refuse et que la porte n’avait pas vu : rien ne dit où, la base se tait."""
    return EvenementInvalide(_faute("non_gardable"))


def _dates(evenement: EvenementPoste) -> list[tuple[tuple[str, ...], datetime]]:
    """Les dates d’effet que pose l’événement : la sienne, et celle qu’il corrige."""
    dates: list[tuple[tuple[str, ...], datetime]] = [(("time",), evenement.time)]
    if isinstance(evenement, EvenementCorrige) and "/time" in evenement.data.champs:
        corrigee = _INSTANT.validate_python(evenement.data.champs["/time"])
        dates.append((("data", "champs", "/time"), corrigee))
    return dates


def _manquants(document: Mapping[str, Any]) -> list[FieldError]:
    requis = ("specversion", "id", "source", "subject", "time", "data")
    return [_faute("missing", nom) for nom in requis if nom not in document]


def _faute(type_: str, *lieu: str | int, ctx: Mapping[str, object] | None = None) -> FieldError:
    code, detail = problemes.field(type_, ctx or {})
    return FieldError(code, pointer(lieu), detail)
