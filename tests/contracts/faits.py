"""Des événements nommés comme on les dit, pour raconter un parcours dans un test."""

from collections.abc import Callable
from datetime import date, datetime
from itertools import permutations
from typing import Any
from uuid import UUID

from contracts.base import PARIS, Evenement, Reference
from contracts.catalogue import lire
from contracts.lecture import Parcours, lire_parcours

PARCOURS = UUID("018f0000-0000-7000-8000-000000000001")
ETAPE, AUTRE_ETAPE = UUID(int=0xE1), UUID(int=0xE2)
SESSION, AUTRE_SESSION = UUID(int=0x51), UUID(int=0x52)

ORGANISME = "urn:siret:11111111100011"
REFERENT = "urn:siret:22222222200022"
OUVREUR = "urn:siret:33333333300033"
ETRANGER = "urn:siret:44444444400044"

# Dated before every other event, so that a parcours is open when something happens to it.
OUVERTURE_LE = datetime(2026, 1, 2, 9, 0, tzinfo=PARIS)

FIN = date(2026, 12, 31)

Fabrique = Callable[..., Evenement]
Donnee = Any  # whatever JSON allows in `data`


def lu(*journal: Evenement, ailleurs: tuple[Reference, ...] = ()) -> Parcours:
    """Le journal lu dans tous ses ordres d’arrivée, qui doivent dire la même chose."""
    lectures = [lire_parcours(arrivee, FIN, ailleurs) for arrivee in permutations(journal)]
    assert all(lecture == lectures[0] for lecture in lectures)
    return lectures[0]


def ids(parcours: Parcours) -> list[str]:
    return [evenement.id for evenement in parcours.evenements]


def en_cause(parcours: Parcours) -> set[Reference]:
    return {reference for anomalie in parcours.anomalies for reference in anomalie.evenements}


def le(jour: int, mois: int = 3, heure: int = 12, minute: int = 0) -> datetime:
    """Un instant de 2026, à Paris ; midi sauf si l’on dit l’heure."""
    return datetime(2026, mois, jour, heure, minute, tzinfo=PARIS)


def un_fait(
    nom: str,
    quand: datetime,
    *,
    id: str | None = None,  # noqa: A002 — the envelope's own word
    par: str = ORGANISME,
    source: str | None = None,
    **data: Donnee,
) -> Evenement:
    """L’événement `nom` tel que le journal le garde ; `par` est l’organisation qui parle."""
    return lire(
        {
            "specversion": "1.0",
            "type": f"fr.sanscouture.{nom}.v1",
            "id": id or f"{nom}-{quand:%m%d-%H%M}",
            "source": source or par,
            "organisation": par,
            "subject": str(PARCOURS),
            "time": quand.isoformat(),
            "data": {cle: str(v) if isinstance(v, UUID) else v for cle, v in data.items()},
        }
    )


def ouverture(quand: datetime = OUVERTURE_LE, **data: Donnee) -> Evenement:
    return un_fait(
        "parcours.ouvert",
        quand,
        **{
            "par": OUVREUR,
            "beneficiaire_id": UUID(int=0xB0),
            "objectif": "Devenir soudeuse",
            "referent": {"role": "CEP", "organisme": {"siret": REFERENT.rpartition(":")[2]}},
        }
        | data,
    )


def orientation(quand: datetime, **data: Donnee) -> Evenement:
    return un_fait("orientation.orientation_prononcee", quand, **{"etape_id": ETAPE} | data)


def demande(quand: datetime, **data: Donnee) -> Evenement:
    return un_fait(
        "positionnement.demande", quand, **{"etape_id": ETAPE, "session_id": SESSION} | data
    )


def avis_favorable(quand: datetime, **data: Donnee) -> Evenement:
    return un_fait("positionnement.avis_favorable", quand, **{"etape_id": ETAPE} | data)


def refus(quand: datetime, **data: Donnee) -> Evenement:
    return un_fait("positionnement.refus_argumente", quand, **{"etape_id": ETAPE} | data)


def _place(data: dict[str, Donnee]) -> dict[str, Donnee]:
    return {"etape_id": ETAPE, "session_id": SESSION, "reservation_id": UUID(int=0xA0)} | data


def place_reservee(quand: datetime, **data: Donnee) -> Evenement:
    return un_fait("inscription.place_reservee", quand, **_place(data))


def garantie(quand: datetime, **data: Donnee) -> Evenement:
    return un_fait(
        "inscription.garantie", quand, **_place({"entree_prevue_le": "2026-03-09"} | data)
    )


def entree(quand: datetime, **data: Donnee) -> Evenement:
    return un_fait("suivi.entree_effective", quand, **{"etape_id": ETAPE} | data)


def suspension(quand: datetime, **data: Donnee) -> Evenement:
    return un_fait("suivi.suspension_prononcee", quand, **{"etape_id": ETAPE} | data)


def attestation(quand: datetime, **data: Donnee) -> Evenement:
    return un_fait("suivi.attestation_competences_delivree", quand, **{"etape_id": ETAPE} | data)


def reprise(quand: datetime, **data: Donnee) -> Evenement:
    return un_fait("suivi.reprise_effective", quand, **{"etape_id": ETAPE} | data)


def abandon(quand: datetime, **data: Donnee) -> Evenement:
    return un_fait("suivi.abandon_constate", quand, **{"etape_id": ETAPE} | data)


def sortie(quand: datetime, **data: Donnee) -> Evenement:
    return un_fait("suivi.sortie_effective", quand, **{"etape_id": ETAPE} | data)


def resultat(quand: datetime, **data: Donnee) -> Evenement:
    return un_fait("certification.resultat_prononce", quand, **{"etape_id": ETAPE} | data)


def saisine(quand: datetime, **data: Donnee) -> Evenement:
    socle = {"saisine_id": UUID(int=0x5A), "etape_id": ETAPE, "etape_visee": {}}
    comite = {"siret": "55555555500055"}
    return un_fait("passerelle.saisine_deposee", quand, **socle | {"comite": comite} | data)


def decision(quand: datetime, **data: Donnee) -> Evenement:
    socle = {"saisine_id": UUID(int=0x5A), "etape_id": ETAPE, "decision": "VALIDEE"}
    quorum = {"presents": 5, "membres": 7}
    return un_fait("passerelle.decision_rendue", quand, **socle | {"quorum": quorum} | data)


def retour_emploi(quand: datetime, **data: Donnee) -> Evenement:
    return un_fait("emploi.retour_emploi_declare", quand, **data)


def _cible(evenement: Evenement) -> dict[str, str]:
    return {"source": evenement.source, "id": evenement.id}


def annulation(
    vise: Evenement, /, quand: datetime | None = None, *, par: str | None = None, **data: Donnee
) -> Evenement:
    """L’émetteur de `vise` (ou `par`) l’annule ; son id dit laquelle, si on ne le donne pas."""
    return un_fait(
        "evenement.annule",
        quand or le(1, mois=9),
        **{"id": f"annule:{vise.id}"[:128], "par": par or vise.organisation}
        | {"cible": _cible(vise)}
        | data,
    )


def contestation(
    vise: Evenement, /, quand: datetime | None = None, *, par: str | None = None, **data: Donnee
) -> Evenement:
    """L’émetteur de `vise` (ou `par`) le conteste ; son id dit lequel, si on ne le donne pas."""
    return un_fait(
        "evenement.conteste",
        quand or le(1, mois=9),
        **{"id": f"conteste:{vise.id}"[:128], "par": par or vise.organisation}
        | {"cible": _cible(vise)}
        | data,
    )


def correction(
    vise: Evenement,
    /,
    champs: dict[str, Donnee],
    quand: datetime | None = None,
    *,
    par: str | None = None,
    **data: Donnee,
) -> Evenement:
    """L’émetteur de `vise` (ou `par`) en corrige `champs`, dits par leur pointeur JSON."""
    return un_fait(
        "evenement.corrige",
        quand or le(1, mois=9),
        **{"id": f"corrige:{vise.id}"[:128], "par": par or vise.organisation}
        | {"cible": _cible(vise), "champs": champs}
        | data,
    )
