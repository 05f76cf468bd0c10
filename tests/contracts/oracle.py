"""Une seconde lecture d’un parcours, écrite à part depuis evenements.md §3.

Des dictionnaires et des boucles, rien de `contracts.lecture` : elle n’a pas les mêmes fautes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

Document = dict[str, Any]
Ref = tuple[str, str]

VIE = [
    "parcours", "orientation", "positionnement", "inscription", "suivi.entree",
    "suivi.attestation", "suivi.suspension", "passerelle", "suivi.reprise", "suivi.abandon",
    "suivi.sortie", "certification", "emploi",
]  # fmt: skip
POSE = {
    "orientation.orientation_prononcee": "ORIENTEE",
    "positionnement.demande": "POSITIONNEE",
    "positionnement.avis_favorable": "ACCEPTEE",
    "positionnement.refus_argumente": "REFUSEE",
    "inscription.place_reservee": "INSCRITE",
    "inscription.garantie": "GARANTIE",
    "suivi.entree_effective": "EN_FORMATION",
    "suivi.reprise_effective": "EN_FORMATION",
    "suivi.suspension_prononcee": "SUSPENDUE",
    "suivi.abandon_constate": "ABANDONNEE",
    "suivi.sortie_effective": "SORTIE",
}
ATTENDU = {
    "orientation.orientation_prononcee": "",
    "positionnement.demande": "ORIENTEE REFUSEE",
    "positionnement.avis_favorable": "POSITIONNEE",
    "positionnement.refus_argumente": "POSITIONNEE ACCEPTEE",
    "inscription.place_reservee": "ACCEPTEE",
    "inscription.garantie": "INSCRITE",
    "suivi.entree_effective": "GARANTIE INSCRITE ACCEPTEE",
    "suivi.reprise_effective": "SUSPENDUE ABANDONNEE",
    "suivi.suspension_prononcee": "EN_FORMATION",
    "suivi.abandon_constate": "EN_FORMATION SUSPENDUE",
    "suivi.sortie_effective": "EN_FORMATION SUSPENDUE ABANDONNEE",
}


@dataclass
class Lecture:
    """Ce que l’on compare : les faits, les étapes, les contradictions, l’état du parcours."""

    faits: list[Document]
    etapes: dict[str, str | None] = field(default_factory=dict)
    en_conflit: set[str] = field(default_factory=set)
    sorties_en_conflit: set[frozenset[Ref]] = field(default_factory=set)
    passages_inattendus: set[frozenset[Ref]] = field(default_factory=set)
    etat: str = "OUVERT"


def lire(documents: Iterable[Document], au: date) -> Lecture:
    connus = {_ref(document): document for document in documents}
    faits = [
        corrige
        for ref, document in connus.items()
        if not _nom(document).startswith("evenement.") and not _annule(connus, ref)
        if _jour(corrige := _corrige(connus, ref)) <= au
    ]
    faits.sort(key=lambda fait: (_instant(fait), _rang(fait), *_ref(fait)))
    lecture = Lecture(faits)
    poses: dict[str, Document] = {}
    sorties: dict[str, list[Ref]] = {}
    for fait in faits:
        etape, nom = _etape(connus, fait), _nom(fait)
        if etape is None or nom == "emploi.retour_emploi_declare":
            continue
        if nom.startswith("passerelle."):
            continue
        lecture.etapes.setdefault(etape, None)
        if nom not in POSE:
            continue
        avant = lecture.etapes[etape]
        if avant is not None and avant not in ATTENDU[nom].split():
            lecture.passages_inattendus.add(frozenset({_ref(poses[etape]), _ref(fait)}))
        lecture.etapes[etape] = POSE[nom]
        poses[etape] = fait
        if POSE[nom] == "SORTIE":
            sorties.setdefault(etape, []).append(_ref(fait))
    lecture.en_conflit = {etape for etape, dites in sorties.items() if len(dites) > 1}
    lecture.sorties_en_conflit = {
        frozenset(paire) for dites in sorties.values() for paire in combinations(dites, 2)
    }
    lecture.etat = _etat(lecture, au)
    return lecture


def _etat(lecture: Lecture, au: date) -> str:
    etats = set(lecture.etapes.values())
    if "EN_FORMATION" in etats:
        return "EN_FORMATION"
    if "SUSPENDUE" in etats:
        return "SUSPENDU"
    if etats & {"POSITIONNEE", "ACCEPTEE", "REFUSEE", "INSCRITE", "GARANTIE"}:
        return "EN_PREPARATION"
    for fait in lecture.faits:
        if _nom(fait).startswith("emploi."):
            fin = fait["data"].get("fin_le")
            if fin is None or au <= date.fromisoformat(fin):
                return "EN_EMPLOI"
    poses = [POSE[_nom(fait)] for fait in lecture.faits if _nom(fait) in POSE]
    return "ENTRE_DEUX_ETAPES" if poses and poses[-1] == "SORTIE" else "OUVERT"


def _annule(connus: dict[Ref, Document], ref: Ref) -> bool:
    return any(
        _nom(document) == "evenement.annule" and not _annule(connus, autre)
        for autre, document in connus.items()
        if _cible(document) == ref and _vaut(connus, autre)
    )


def _corrige(connus: dict[Ref, Document], ref: Ref) -> Document:
    corrections = [
        _corrige(connus, autre)
        for autre, document in connus.items()
        if _nom(document) == "evenement.corrige" and _cible(document) == ref
        if _vaut(connus, autre) and not _annule(connus, autre)
    ]
    corrige = connus[ref]
    for correction in sorted(corrections, key=lambda c: (_instant(c), *_ref(c))):
        for pointeur, valeur in correction["data"]["champs"].items():
            corrige = _remplace(corrige, pointeur.split("/")[1:], valeur)
    return corrige


def _remplace(document: Document, chemin: list[str], valeur: object) -> Document:
    tete, *reste = chemin
    return document | {tete: _remplace(document[tete], reste, valeur) if reste else valeur}


def _vaut(connus: dict[Ref, Document], ref: Ref) -> bool:
    """Une rectification vaut si qui la dit en a le droit, et si elle ne tourne pas en rond."""
    vise = connus.get(_cible(connus[ref]))
    if vise is None:
        return False
    ouverture = next(d for d in connus.values() if _nom(d) == "parcours.ouvert")
    referent = f"urn:siret:{ouverture['data']['referent']['organisme']['siret']}"
    if connus[ref]["organisation"] not in {
        vise["organisation"],
        ouverture["organisation"],
        referent,
    }:
        return False
    suivant = _cible(connus[ref])
    for _ in connus:
        if suivant == ref:
            return False
        if suivant not in connus or "cible" not in connus[suivant]["data"]:
            return True
        suivant = _cible(connus[suivant])
    return True  # it leads to a circle without being part of it


def _etape(connus: dict[Ref, Document], fait: Document) -> str | None:
    """L’étape dite, ou celle positionnée sur la session : il y en a toujours une ici."""
    if etape := fait["data"].get("etape_id"):
        return str(etape)
    session = fait["data"].get("session_id")
    for document in connus.values():
        if _nom(document) == "positionnement.demande" and (
            document["data"]["session_id"] == session
        ):
            return str(document["data"]["etape_id"])
    return None


def _ref(document: Document) -> Ref:
    return document["source"], document["id"]


def _cible(document: Document) -> Ref | None:
    cible = document["data"].get("cible")
    return (cible["source"], cible["id"]) if cible else None


def _nom(document: Document) -> str:
    return str(document["type"]).removeprefix("fr.sanscouture.").rpartition(".v")[0]


def _rang(document: Document) -> int:
    return next(rang for rang, debut in enumerate(VIE) if _nom(document).startswith(debut))


def _instant(document: Document) -> datetime:
    return datetime.fromisoformat(document["time"])


def _jour(document: Document) -> date:
    return _instant(document).astimezone(ZoneInfo("Europe/Paris")).date()
