"""Le parcours sur un fil : le temps passé en formation, les suspensions, les coutures."""

from collections.abc import Callable, Iterable
from datetime import date

from contracts.base import jour
from contracts.lecture import Etape, EtatEtape, Parcours
from kit.pages import charts


def tracer(parcours: Parcours, nom: Callable[[str | None], str], le: date) -> charts.Chart | None:
    """Le fil, ou rien tant que personne n’est entré. `nom` : d’un organisme, par son URN."""
    segments: list[charts.Segment] = []
    coutures: list[charts.Seam] = []
    sortie_avant: date | None = None
    for etape in parcours.etapes:
        if etape.entree_le is None:
            continue
        entree = jour(etape.entree_le)
        if sortie_avant and sortie_avant < entree:
            coutures.append(charts.Seam("couture", sortie_avant, entree))
        segments += _segments(etape, nom(etape.organisme) if etape.organisme else "")
        coutures += _suspensions(etape, le)
        sortie_avant = jour(etape.sortie_le) if etape.sortie_le else None
    if not segments:
        return None
    return charts.thread(
        "fil",
        "Le parcours sur un fil",
        segments,
        coutures,
        today=parcours.au,
        today_label="aujourd’hui" if parcours.au == le else "date lue",
    )


def _suspensions(etape: Etape, le: date) -> Iterable[charts.Seam]:
    for suspension in etape.suspensions:
        fin = jour(suspension.fin_le) if suspension.fin_le else le
        if suspension.fin_le or etape.etat is EtatEtape.SUSPENDUE:
            yield charts.Seam("suspension", jour(suspension.debut_le), fin)


def _segments(etape: Etape, organisme: str) -> Iterable[charts.Segment]:
    """Le temps passé en formation, coupé par les suspensions."""
    if etape.entree_le is None:
        return
    debut: date | None = jour(etape.entree_le)
    nom = etape.intitule or etape.type_etape.libelle
    fin = jour(etape.sortie_le) if etape.sortie_le else etape.fin_prevue_le
    for suspension in etape.suspensions:
        if debut and jour(suspension.debut_le) >= debut:
            yield charts.Segment(nom, debut, jour(suspension.debut_le), organisme)
            nom = "reprise"
            debut = jour(suspension.fin_le) if suspension.fin_le else None
    if debut and (fin is None or debut <= fin):
        yield charts.Segment(nom, debut, fin, organisme)
