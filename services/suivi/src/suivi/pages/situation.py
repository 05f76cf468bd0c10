"""Où en est le parcours, en une phrase que l’on pourrait dire."""

from markupsafe import Markup

from contracts.base import jour
from contracts.lecture import Etape, EtatParcours, Parcours
from kit.pages.filters import count, time
from suivi.pages.chronologie import Chronologie

_FORT = Markup("<strong>{}</strong>")


def dire(chronologie: Chronologie, prenom: str | None) -> Markup:  # noqa: PLR0911 - one a state
    """La phrase ; les noms viennent de `chronologie`, le prénom de l’orientation."""
    parcours = chronologie.parcours
    sujet = prenom or "La personne"
    etape = _etape(parcours)
    match parcours.etat:
        case EtatParcours.EN_FORMATION if etape:
            return Markup("{} est {}{} {}.{}").format(
                sujet, _FORT.format("en formation"), _ou(chronologie, etape), _depuis(etape),
                _fin(etape),
            )  # fmt: skip
        case EtatParcours.SUSPENDU if etape and etape.suspensions:
            suspension = etape.suspensions[-1]
            return Markup("{} est {} depuis le {}, motif : {}.").format(
                sujet, _FORT.format("en suspension"), time(jour(suspension.debut_le)),
                suspension.motif.libelle.lower(),
            )  # fmt: skip
        case EtatParcours.EN_PREPARATION if etape and etape.etat and etape.etat_depuis:
            return Markup("{} prépare une étape{} : elle est {} depuis le {}.").format(
                sujet, _ou(chronologie, etape), _FORT.format(etape.etat.libelle.lower()),
                time(jour(etape.etat_depuis)),
            )  # fmt: skip
        case EtatParcours.EN_EMPLOI if parcours.emplois:
            emploi = parcours.emplois[-1]
            return Markup("{} {} depuis le {} ({}).").format(
                sujet, _FORT.format("travaille"), time(jour(emploi.debut_le)),
                emploi.type_contrat.libelle,
            )  # fmt: skip
        case EtatParcours.ENTRE_DEUX_ETAPES if etape and etape.sortie_le:
            sortie = jour(etape.sortie_le)
            return Markup("{} est {} depuis sa sortie du {} : {} sans suite prévue.").format(
                sujet, _FORT.format("entre deux étapes"), time(sortie),
                count((parcours.au - sortie).days, "jour"),
            )  # fmt: skip
    if not parcours.evenements:
        return Markup("Rien n’est encore arrivé à cette date.")
    return Markup("Le parcours est {}, sans étape en cours.").format(_FORT.format("ouvert"))


def _etape(parcours: Parcours) -> Etape | None:
    """L’étape dont l’état du parcours parle : la dernière à avoir changé d’état."""
    datees = [etape for etape in parcours.etapes if etape.etat_depuis]
    return max(datees, key=lambda etape: etape.etat_depuis or etape.id, default=None)


def _ou(chronologie: Chronologie, etape: Etape) -> str:
    return f" à {chronologie.nom(etape.organisme)}" if etape.organisme else ""


def _depuis(etape: Etape) -> Markup:
    debut = jour(etape.etat_depuis) if etape.etat_depuis else None
    if debut is None:
        return Markup("")
    finies = [s for s in etape.suspensions if s.fin_le]
    suite = Markup("")
    if finies and finies[-1].fin_le:
        jours = (jour(finies[-1].fin_le) - jour(finies[-1].debut_le)).days
        suite = Markup(", après {} de suspension").format(count(jours, "jour"))
    return Markup("depuis le {}{}").format(time(debut), suite)


def _fin(etape: Etape) -> Markup:
    if etape.fin_prevue_le is None:
        return Markup("")
    return Markup(" La fin est prévue le {}.").format(time(etape.fin_prevue_le))
