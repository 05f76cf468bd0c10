"""Les mots des phrases de la lecture : un événement, une date, un champ, une valeur."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from contracts.base import PARIS, Etablissement, jour
from contracts.evenement import EvenementAnnule, EvenementConteste, EvenementCorrige
from contracts.lecture.base import Evenement
from contracts.listes import Liste

Nom = Callable[[str | None], str]  # an organisation, by its URN, as it is called

_MOIS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre"),
    *("octobre", "novembre", "décembre"),
)
# Names of fields have no accents: how each of these words is read.
ACCENTS = {
    "beneficiaire": "bénéficiaire", "comite": "comité", "competences": "compétences",
    "decision": "décision", "detail": "détail", "etape": "étape", "intitule": "intitulé",
    "modalite": "modalité", "oeuvre": "œuvre", "precision": "précision", "presents": "présents",
    "prevue": "prévue", "prevues": "prévues", "realisees": "réalisées", "referent": "référent",
    "reservation": "réservation", "responsabilite": "responsabilité", "resultat": "résultat",
    "role": "rôle", "siret": "SIRET", "systeme": "système", "time": "date", "uai": "UAI",
    "validite": "validité", "visee": "visée",
}  # fmt: skip


def jour_dit(le: date) -> str:
    """`1er juillet 2026`, à Paris pour un instant."""
    civil = jour(le) if isinstance(le, datetime) else le
    quantieme = "1er" if civil.day == 1 else str(civil.day)
    return f"{quantieme} {_MOIS[civil.month - 1]} {civil.year}"


def instant_dit(instant: datetime) -> str:
    """`15 juillet 2026 à 09:02`, à Paris."""
    return f"{jour_dit(instant)} à {instant.astimezone(PARIS):%H:%M}"


def evenement_dit(evenement: Evenement, nom: Nom) -> str:
    """L’événement, son auteur et ses deux dates, au milieu d’une phrase."""
    e = accord(evenement)
    match evenement:
        case EvenementCorrige():
            sujet = "la correction"
        case EvenementAnnule():
            sujet = "l’annulation"
        case EvenementConteste():
            sujet = "la contestation"
        case _:
            sujet = f"« {evenement.libelle} »"
    dates = f"survenu{e} le {jour_dit(evenement.time)}, dit{e} par {nom(evenement.organisation)}"
    if evenement.recordedtime:
        dates += f", enregistré{e} le {instant_dit(evenement.recordedtime)}"
    return f"{sujet} ({dates})"


def accord(evenement: Evenement) -> str:
    """Une rectification se dit au féminin, un fait au masculin."""
    return "e" if evenement.target else ""


def champ_dit(pointeur: str) -> str:
    """Le nom d’un champ corrigé, comme on le lit : `/data/fin_prevue_le` est « fin prévue »."""
    pas = [p for p in pointeur.removeprefix("/data").split("/") if p]
    noms = (f"n° {int(p) + 1}" if p.isdigit() else _nom_dit(p) for p in pas)
    return ", ".join(noms)


def _nom_dit(nom: str) -> str:
    mots = nom.removesuffix("_le").removesuffix("_id").split("_")
    return " ".join(ACCENTS.get(mot, mot) for mot in mots).replace("jusqu au", "jusqu’au")


def valeur_dite(valeur: object, nom: Nom) -> str:  # noqa: PLR0911 - one a kind
    """Ce qu’un champ dit, comme on le lit. Un texte confidentiel n’y vient jamais."""
    match valeur:
        case None | ():
            return "non dit"
        case bool():
            return "oui" if valeur else "non"
        case Liste():
            return valeur.libelle
        case date():
            return jour_dit(valeur)
        case float():
            return f"{valeur:g}".replace(".", ",")
        case Etablissement():
            return nom(valeur.urn)
        case tuple():
            return " ; ".join(valeur_dite(element, nom) for element in valeur)
        case BaseModel():
            champs = [getattr(valeur, champ) for champ in type(valeur).model_fields]
            return ", ".join(valeur_dite(champ, nom) for champ in champs if champ not in {None, ()})
    return str(valeur)


def lu(evenement: BaseModel, pointeur: str) -> Any:  # noqa: ANN401 - any member
    """Ce que l’événement dit à l’endroit d’un pointeur JSON, ou rien."""
    ici: Any = evenement
    for pas in pointeur.removeprefix("/").split("/"):
        if isinstance(ici, tuple):
            ici = ici[int(pas)] if int(pas) < len(ici) else None
        elif isinstance(ici, dict):
            ici = ici.get(pas)
        else:
            ici = getattr(ici, pas, None)
    return ici


def moment_dit(instant: datetime) -> str:
    """Le jour, si c’est son dernier instant ; sinon l’heure aussi."""
    suivant = instant + timedelta(microseconds=1)
    return jour_dit(instant) if jour(suivant) > jour(instant) else instant_dit(instant)
