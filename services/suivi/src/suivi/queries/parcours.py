"""L’état d’un parcours, sa chronologie, un de ses événements, ses confidences."""

from collections import defaultdict
from uuid import UUID

from contracts.base import Reference
from contracts.catalogue import FaitDeParcours, Rectification
from contracts.lecture import Anomalie, effets
from kit import clock, confidential, log
from kit.access import Access
from kit.errors import NotFound
from kit.ids import named_uuid
from kit.observability import trace_id
from suivi import domain, tables
from suivi.queries import ecarts
from suivi.queries.lecture import Consultation, Lecture, evenements, relire
from suivi.queries.noms import nommer
from suivi.queries.vues import (
    AnomalieVue,
    ChronologieVue,
    CorrectionVue,
    DifferenceVue,
    EcartVue,
    LectureVue,
    LigneVue,
    RectificationVue,
    ReferenceVue,
)

RECENTS = 20
LETTRES = 8
# Crockford: what one hears or writes for what was meant.
_CONFUSIONS = str.maketrans("ILO", "110")


class ConfidencesInconnues(NotFound):
    """Rien à lire ici, ou pas pour cette organisation."""

    def __init__(self) -> None:
        super().__init__("Aucune confidence que vous puissiez lire sous cet identifiant.")


async def chronologie(access: Access, lecture: Lecture) -> ChronologieVue:
    """Tout ce qui est arrivé jusqu’à la date lue, dans l’ordre de la vie."""
    noms = await access.directory({e.origin for e in lecture.entrees if e.origin})
    return ChronologieVue(
        parcours_id=lecture.parcours_id,
        au=lecture.parcours.au,
        connu_le=lecture.connu_le,
        version=lecture.version,
        evenements=_lignes(lecture, noms),
    )


def _lignes(lecture: Lecture, noms: dict[UUID, str]) -> list[LigneVue]:
    parcours = lecture.parcours
    entrees = {Reference(e.source, e.id): e for e in lecture.entrees}
    anomalies: dict[Reference, list[Anomalie]] = defaultdict(list)
    for anomalie in parcours.anomalies:
        anomalies[anomalie.evenements[0]].append(anomalie)
    etapes = {e.reference: etape.id for etape in parcours.etapes for e in etape.evenements}
    ecartes = [
        evenement
        for evenement in lecture.journal
        if evenement.reference in parcours.effets.sans_effet or evenement.target
    ]
    montres = sorted([*parcours.evenements, *ecartes], key=lambda e: (e.time, e.rang, e.reference))
    return [
        _ligne(e, lecture, entrees[e.reference]).model_copy(
            update={
                "organisation_nom": noms.get(e.origin) if e.origin else None,
                "etape_id": etapes.get(e.reference),
                "anomalies": [AnomalieVue.de(a) for a in anomalies[e.reference]],
            }
        )
        for e in montres
    ]


def _ligne(
    evenement: FaitDeParcours | Rectification, lecture: Lecture, entree: log.Entry
) -> LigneVue:
    effets = lecture.parcours.effets
    return LigneVue(
        source=evenement.source,
        id=evenement.id,
        type=entree.type,
        nom=evenement.nom,
        libelle=evenement.libelle,
        survenu_le=evenement.time,
        enregistre_le=entree.recorded_at,
        version=entree.version,
        position=entree.position,
        partition=entree.partition,
        organisation=evenement.organisation,
        causationid=evenement.causationid,
        trace_id=trace_id(entree.traceparent),
        sans_effet=effets.sans_effet.get(evenement.reference),
        tardif=entree.recorded_at - evenement.time > domain.reception.TARDIF,
        corrections=[
            CorrectionVue(**_rectification(c, lecture).model_dump(), champs=dict(c.data.champs))
            for c in effets.corrections.get(evenement.reference, ())
        ],
        annulations=[
            _rectification(a, lecture) for a in effets.annulations.get(evenement.reference, ())
        ],
        contestations=[
            _rectification(c, lecture) for c in effets.contestations.get(evenement.reference, ())
        ],
        confidences=list(evenement.data.confidences),
    )


def _rectification(rectification: Rectification, lecture: Lecture) -> RectificationVue:
    return RectificationVue(
        evenement=ReferenceVue.de(rectification.reference),
        connue_le=lecture.entree(rectification.reference).recorded_at,
        par=rectification.organisation,
        motif=rectification.data.motif,
    )


async def difference(access: Access, avant: Lecture, apres: Lecture) -> DifferenceVue:
    """Ce qui diffère d’une lecture à l’autre, en phrases."""
    nom = await nommer(access, avant, apres)
    return DifferenceVue(
        parcours_id=avant.parcours_id,
        avant=LectureVue.de(avant),
        apres=LectureVue.de(apres),
        ecarts=[EcartVue.de(ecart) for ecart in ecarts.difference(avant, apres, nom)],
    )


async def evenement(consultation: Consultation, parcours_id: UUID, version: int) -> bytes:
    """Un événement en entier, tel que le journal le garde."""
    au = clock.civil_date(consultation.le)
    lecture = await relire(consultation, parcours_id, au=au, version=version)
    return log.message(lecture.entrees[-1])


async def confidences(consultation: Consultation, reference: Reference) -> dict[str, str]:
    """Les textes gardés à part d’un événement : pour son auteur, et qui répond de la personne."""
    async with consultation.db.connect() as tx:
        entree = await log.find(tx, *reference)
        if entree is None:
            raise ConfidencesInconnues
        journal = evenements(await log.read(tx, entree.stream))
        ayants_droit = {entree.origin} | {named_uuid(urn) for urn in effets(journal).referents}
        peut_lire = await tables.droits.lire(tx, entree.stream, consultation.organisation)
        textes = await confidential.read(tx, *reference)
    if textes is None or not peut_lire or consultation.organisation not in ayants_droit:
        raise ConfidencesInconnues
    await consultation.noter("lire des confidences", " ".join(reference))
    return textes


async def retrouver(consultation: Consultation, code: str) -> list[UUID]:
    """Les parcours de ce code que le lecteur peut lire, quelle que soit la façon de l’écrire."""
    ecrit = "".join(c for c in code.upper() if c.isalnum())
    ecrit = ecrit.removeprefix("P") if len(ecrit) > LETTRES else ecrit
    ecrit = ecrit.translate(_CONFUSIONS)
    async with consultation.db.connect() as tx:
        return await tables.droits.lire_par_code(
            tx, f"P-{ecrit[:4]}-{ecrit[4:]}", consultation.organisation
        )


async def recents(consultation: Consultation) -> list[UUID]:
    """Les parcours que le lecteur peut lire et dont on vient de savoir quelque chose."""
    async with consultation.db.connect() as tx:
        return await tables.droits.lire_derniers(tx, consultation.organisation, RECENTS)
