"""Des parcours tirés au hasard, et leurs rectifications : en rond, d’inconnus, par n’importe qui.

On tire des recettes courtes, pour qu’un échec se lise ; `raconter` en fait des événements.
"""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from hypothesis import strategies as st

from contracts.base import Evenement
from tests.contracts.faits import (
    AUTRE_ETAPE,
    AUTRE_SESSION,
    ETAPE,
    ETRANGER,
    ORGANISME,
    OUVREUR,
    REFERENT,
    SESSION,
    Fabrique,
    abandon,
    annulation,
    attestation,
    avis_favorable,
    contestation,
    correction,
    decision,
    demande,
    entree,
    garantie,
    le,
    orientation,
    ouverture,
    place_reservee,
    refus,
    reprise,
    resultat,
    retour_emploi,
    saisine,
    sortie,
    suspension,
)

AUTRE_ORGANISME = "urn:siret:66666666600066"
DES_DEUX = [(ETAPE, SESSION), (AUTRE_ETAPE, AUTRE_SESSION)]
FABRIQUES: list[Fabrique] = [
    orientation, demande, avis_favorable, refus, place_reservee, garantie, entree, suspension,
    attestation, reprise, abandon, sortie, resultat, retour_emploi, saisine, decision,
]  # fmt: skip
DE_PARCOURS = {retour_emploi, saisine, decision}
ETAPE_TUE = {
    demande, avis_favorable, refus, entree, suspension, attestation, reprise, abandon, sortie,
    resultat,
}  # fmt: skip

# Few instants, so that many events share theirs; both sides of midnight, written in two zones.
INSTANTS = [
    instant.astimezone(zone) if zone else instant
    for quantieme in range(5, 11)
    for instant in (le(quantieme, heure=0), le(quantieme), le(quantieme, heure=23, minute=59))
    for zone in (None, UTC)
]
JOURS = st.dates(date(2026, 3, 1), date(2026, 3, 12))

# What an event that names no étape says instead, besides the session of one of the two étapes.
DITES: list[dict[str, Any]] = [
    {},
    {"session_id": None},
    {"session_id": UUID(int=0x59)},
    {"session_id": None, "dossier_ref": {"systeme": "s", "valeur": "1"}},
    {"dossier_ref": {"systeme": "s", "valeur": "2"}},
]
FOUS: list[dict[str, Any]] = [
    {"/time": "hier"},
    {"/data/inconnu": 1},
    {"/data/inconnu/encore": 1},
    {"/data/referent/organisme/siret": ETRANGER.rpartition(":")[2]},
    {"/data/referent": None},
    {"/data/etape_id": None},
    {"/data/session_id": None},
    {"/data/dossier_ref": DITES[3]["dossier_ref"]},
    {"/data/cible/id": "f0"},
    {"/data/cible/id": "r0"},
    {"/data/cible/id": "r1"},
    {"/data/champs": {"/time": "demain"}},
    {"/data/champs": {}},
]


class Fait(NamedTuple):
    fabrique: Fabrique
    quand: datetime
    par: str
    systeme: str
    etape: int  # which of the two
    dite: int | None  # None when the étape is said, else which of DITES
    fin: date | None  # of the contract


class Rectification(NamedTuple):
    nature: Fabrique  # correction, annulation or contestation
    quand: datetime
    par: str | None  # None for the emitter of what it rectifies
    vise: int
    id_vise: int | None  # itself, one to come (hence circles), or one that never comes
    champs: int
    vers: datetime
    etape: int


class Recette(NamedTuple):
    debuts: tuple[Fabrique, ...]  # where the life of each étape starts from
    faits: list[Fait]
    rectifications: list[Rectification]


def des_recettes(*, sages: bool) -> st.SearchStrategy[Recette]:
    """`sages` : ce que la seconde lecture sait lire.

    L’ouverture et le début des deux étapes sont laissés en paix, une étape tue l’est au profit
    de sa session, et ce que les corrections écrivent se lit.
    """
    faits = st.builds(
        Fait,
        fabrique=st.sampled_from(FABRIQUES),
        quand=st.sampled_from(INSTANTS),
        par=st.sampled_from([ORGANISME, AUTRE_ORGANISME]),
        systeme=st.sampled_from(["", ":a", ":b"]),
        etape=st.integers(0, 1),
        dite=st.none() | st.integers(0, 0 if sages else len(DITES) - 1),
        fin=st.none() | JOURS,
    )
    rectifications = st.builds(
        Rectification,
        nature=st.sampled_from([correction, annulation, contestation]),
        quand=st.sampled_from(INSTANTS),
        par=st.sampled_from([None, None, None, REFERENT, OUVREUR, AUTRE_ORGANISME, ETRANGER]),
        vise=st.integers(0, 30),
        id_vise=st.none() | st.none() | st.integers(0, 9),
        champs=st.integers(0, 2 if sages else 2 + len(FOUS)),
        vers=st.sampled_from(INSTANTS),
        etape=st.integers(0, 1),
    )
    debut = st.sampled_from([avis_favorable, entree, abandon, sortie, sortie])
    return st.builds(
        Recette,
        debuts=st.tuples(debut, debut),
        faits=st.lists(faits, max_size=9),
        rectifications=st.lists(rectifications, max_size=9),
    )


def raconter(recette: Recette, *, sages: bool) -> list[Evenement]:
    socle = [ouverture()]
    for rang, (etape, session) in enumerate(DES_DEUX):
        laquelle = {"etape_id": etape, "session_id": session}
        socle.append(demande(le(2, mois=2), id=f"p{rang}", **laquelle))
        socle.append(recette.debuts[rang](le(3, mois=2), id=f"d{rang}", **laquelle))
    vie = [_fait(rang, fait) for rang, fait in enumerate(recette.faits)]
    rectifiables = vie if sages else socle + vie
    journal = socle + vie
    for rang, recette_de_l_une in enumerate(recette.rectifications if rectifiables else []):
        une = _rectification(rang, recette_de_l_une, rectifiables)
        rectifiables = [*rectifiables, une]
        journal.append(une)
    return journal


def _fait(rang: int, fait: Fait) -> Evenement:
    etape, session = DES_DEUX[fait.etape]
    data: dict[str, Any] = {"etape_id": etape, "session_id": session}
    if fait.fabrique is retour_emploi:
        data = {"fin_le": fait.fin and fait.fin.isoformat()}
    elif fait.fabrique in DE_PARCOURS:
        data = {"etape_id": etape}
    elif fait.fabrique in ETAPE_TUE and fait.dite is not None:
        data |= {"etape_id": None} | DITES[fait.dite]
    qui = {"id": f"f{rang}", "par": fait.par, "source": fait.par + fait.systeme}
    return fait.fabrique(fait.quand, **qui, **data)


def _rectification(rang: int, recette: Rectification, rectifiables: list[Evenement]) -> Evenement:
    vise = rectifiables[recette.vise % len(rectifiables)]
    qui: dict[str, Any] = {
        "id": f"r{rang}",
        "par": recette.par or vise.organisation,
        "source": ORGANISME,
    }
    if recette.id_vise is not None:
        qui |= {"cible": {"source": ORGANISME, "id": f"r{recette.id_vise}"}}
    if recette.nature is correction:
        return correction(vise, _champs(recette, vise), recette.quand, **qui)
    return recette.nature(vise, recette.quand, **qui)


def _champs(recette: Rectification, vise: Evenement) -> dict[str, Any]:
    date_ = {"/time": recette.vers.isoformat()}
    une, sa_session = DES_DEUX[recette.etape]
    etape = {"/data/etape_id": str(une), "/data/session_id": str(sa_session)}
    if recette.champs > 2:
        return FOUS[recette.champs - 3]
    if recette.id_vise is not None or recette.champs == 0:
        return date_
    if vise.type.endswith(("annule.v1", "conteste.v1")):
        return {"/data/motif": "MAUVAISE_PERSONNE"}
    if vise.type.endswith("corrige.v1"):
        return {"/data/champs": date_}
    if not hasattr(vise.data, "dossier_ref"):
        return date_
    return etape if recette.champs == 1 else date_ | etape
