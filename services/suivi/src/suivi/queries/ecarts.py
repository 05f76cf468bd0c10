"""Ce que l’on savait d’une date, et ce que l’on en a appris depuis."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from contracts.base import Reference
from contracts.lecture import Ecart, Evenement, Nom, Parcours, Relecture, lire_parcours
from contracts.lecture import ecarts as differences
from kit.clock import civil_date, midnight_after
from suivi.queries.lecture import Lecture, evenements


@dataclass(frozen=True)
class Reponse:
    """Une réponse à « où en est le parcours à cette date », et l’événement qui l’a donnée."""

    connu_le: datetime | None  # None: the evening of the day itself
    parcours: Parcours
    par: Evenement | None


def dernier_ecart(lecture: Lecture, aujourd_hui: date) -> date | None:
    """Le dernier jour dont on a appris quelque chose après coup ; le jour lu, s’il est passé."""
    au = lecture.parcours.au
    if au < aujourd_hui:
        return au
    instants = {Reference(e.source, e.id): e.recorded_at for e in lecture.entrees}
    tardifs = [
        civil_date(e.time)
        for e in lecture.parcours.evenements
        if instants[e.reference] >= midnight_after(civil_date(e.time))
    ]
    return max(tardifs, default=None)


def reponses(lecture: Lecture, au: date) -> list[Reponse]:
    """Les réponses successives à la même question ; une seule si rien n’a été appris depuis."""
    journal = lecture.journal
    soir = midnight_after(au)
    sus = [e for e in journal if e.recordedtime is not None and e.recordedtime < soir]
    trouvees = [Reponse(None, lire_parcours(sus, au, lecture.ailleurs), None)]
    for rang, evenement in enumerate(journal[len(sus) :], len(sus) + 1):
        parcours = lire_parcours(journal[:rang], au, lecture.ailleurs)
        if _resume(parcours) != _resume(trouvees[-1].parcours):
            trouvees.append(Reponse(evenement.recordedtime, parcours, evenement))
    # Of one day, the last answer: it is what one would have been told since.
    return [
        reponse
        for reponse, suivante in zip(trouvees, [*trouvees[1:], None], strict=True)
        if suivante is None or _jour(reponse) != _jour(suivante)
    ]


def difference(avant: Lecture, apres: Lecture, nom: Nom) -> list[Ecart]:
    """Ce qui diffère d’une lecture à l’autre, en phrases. `nom` : d’une organisation."""
    return differences(
        Relecture(avant.parcours, avant.jusqu_a),
        Relecture(apres.parcours, apres.jusqu_a),
        max(avant, apres, key=lambda lecture: lecture.version).journal,
        nom,
    )


def appris_depuis(lecture: Lecture, au: date, nom: Nom) -> list[Ecart]:
    """Ce que l’on a appris du jour `au` depuis son soir."""
    soir = midnight_after(au) - timedelta(microseconds=1)
    sus = [entree for entree in lecture.entrees if entree.recorded_at <= soir]
    journal = evenements(sus)
    alors, depuis = (lire_parcours(lus, au, lecture.ailleurs) for lus in (journal, lecture.journal))
    avant = replace(lecture, entrees=sus, journal=journal, jusqu_a=soir, parcours=alors)
    return difference(avant, replace(lecture, parcours=depuis), nom)


def _jour(reponse: Reponse) -> date | None:
    return civil_date(reponse.connu_le) if reponse.connu_le else None


def _resume(parcours: Parcours) -> Sequence[object]:
    """Ce qui, d’une réponse à l’autre, fait une différence pour qui lit."""
    return [
        parcours.etat,
        parcours.en_conflit,
        *(
            (etape.id, etape.etat, civil_date(etape.etat_depuis) if etape.etat_depuis else None)
            for etape in parcours.etapes
        ),
    ]
