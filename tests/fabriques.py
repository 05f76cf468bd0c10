"""Des objets des services prêts à l’emploi, nommés comme on les dit."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from contracts.commande import Acte
from contracts.listes import Decision, TypeEtape
from contracts.passerelle import EtapeVisee
from inscription.domain import Places, Reservation
from orientation.domain import Beneficiaire, Etape, Parcours, Positionnement, Session, Statut
from passerelle.domain import DecisionRendue, Saisine

MIDI = datetime(2026, 9, 1, 12, tzinfo=UTC)
ENTREE = date(2026, 10, 5)

MISSION_LOCALE = "urn:siret:99900010200015"
CAP_EMPLOI = "urn:siret:99900030000015"
ORGANISME = "urn:siret:99900050800013"
AUTRE_ORGANISME = "urn:siret:99900060700013"
COMITE = "urn:siret:99900100100018"

Change = Any  # whatever the field changed may hold


def siret(organisation: str) -> str:
    return organisation.removeprefix("urn:siret:")


def un_acte(organisation: str = MISSION_LOCALE, **change: Change) -> Acte:
    """Une organisation décide à midi."""
    defaut = {"source": "urn:sanscouture:essai", "id": uuid4(), "le": MIDI}
    return Acte(**defaut | {"organisation": organisation} | change)


def un_beneficiaire(**change: Change) -> Beneficiaire:
    defaut = {
        "id": uuid4(),
        "organisation": MISSION_LOCALE,
        "nom": "Lisière",
        "prenom": "Nadia",
        "date_naissance": date(2004, 5, 17),
        "commune": "69123",
        "efface_le": None,
    }
    return Beneficiaire(**defaut | change)


def un_parcours_ouvert(**change: Change) -> Parcours:
    """Ouvert par la mission locale, suivi par Cap emploi."""
    defaut = {
        "id": uuid4(),
        "beneficiaire_id": uuid4(),
        "organisation": MISSION_LOCALE,
        "referent": CAP_EMPLOI,
        "objectif": "Devenir soudeuse",
        "rome": "H2913",
        "ouvert_le": MIDI,
    }
    return Parcours(**defaut | change)


def une_session(**change: Change) -> Session:
    defaut = {
        "id": uuid4(),
        "organisation": ORGANISME,
        "intitule": "Titre professionnel de soudeur",
        "rome": "H2913",
        "commune": "69091",
        "debut_le": ENTREE,
        "fin_le": date(2027, 3, 26),
        "heures": 735.0,
        "objectif": TypeEtape.CERTIFIANT,
        "certification": "RNCP38664",
    }
    return Session(**defaut | change)


def une_orientation(parcours_id: UUID | None = None, **change: Change) -> Etape:
    """L’étape qu’une orientation a créée."""
    defaut = {
        "id": uuid4(),
        "parcours_id": parcours_id or uuid4(),
        "type_etape": TypeEtape.CERTIFIANT,
        "axe": 1,
        "session_id": None,
        "domaine": "Soudage",
        "prononcee_le": MIDI,
    }
    return Etape(**defaut | change)


def un_positionnement(**change: Change) -> Positionnement:
    """Demandé à l’organisme, qui n’a pas répondu."""
    defaut = {
        "id": uuid4(),
        "parcours_id": uuid4(),
        "etape_id": uuid4(),
        "session_id": uuid4(),
        "organisme": ORGANISME,
        "statut": Statut.DEMANDE,
        "demande_le": MIDI,
        "repondu_le": None,
        "entree_prevue_le": None,
    }
    return Positionnement(**defaut | change)


def des_places(**change: Change) -> Places:
    """Deux places, dont une réservée."""
    defaut = {"session_id": uuid4(), "organisation": ORGANISME, "capacite": 2, "reservees": 1}
    return Places(**defaut | change)


def une_reservation(**change: Change) -> Reservation:
    defaut = {
        "id": uuid4(),
        "session_id": uuid4(),
        "parcours_id": uuid4(),
        "etape_id": uuid4(),
        "organisation": MISSION_LOCALE,
        "organisme": ORGANISME,
        "reservee_le": MIDI,
        "garantie_le": None,
        "entree_prevue_le": None,
    }
    return Reservation(**defaut | change)


def une_saisine(**change: Change) -> Saisine:
    """Déposée par la mission locale, pour une reprise ailleurs."""
    defaut = {
        "id": uuid4(),
        "parcours_id": uuid4(),
        "etape_id": uuid4(),
        "deposant": MISSION_LOCALE,
        "comite": COMITE,
        "etape_visee": EtapeVisee(type_etape=TypeEtape.CERTIFIANT),
        "attestation": None,
        "urgence": False,
        "deposee_le": MIDI,
    }
    return Saisine(**defaut | change)


def une_decision_rendue(**change: Change) -> DecisionRendue:
    defaut = {
        "id": uuid4(),
        "saisine_id": uuid4(),
        "decision": Decision.VALIDEE,
        "conditions": (),
        "mise_en_oeuvre_le": ENTREE,
        "presents": 5,
        "membres": 7,
        "organismes": (CAP_EMPLOI,),
        "organisme_formateur": AUTRE_ORGANISME,
        "alternative": None,
        "rendue_le": MIDI,
    }
    return DecisionRendue(**defaut | change)
