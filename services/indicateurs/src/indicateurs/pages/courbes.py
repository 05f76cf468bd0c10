"""Les courbes du tableau de bord : ce qu’elles concluent, ce qu’elles montrent, leurs valeurs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from contracts.listes import MotifAbandon
from indicateurs import domain
from indicateurs.domain import Avancement
from indicateurs.pages import phrases
from indicateurs.queries import Chiffre
from kit.pages import filters
from kit.pages.charts import MASKED, Chart, Series, cumulative, lines, month_labels

EVOLUTIONS: Final = (domain.ACCES_12M, domain.ABANDON, domain.CERTIFICATION, domain.EMPLOI_6M)
_MAILLES: Final = {1: "mois", 3: "trimestre", 6: "semestre"}
_UNITES: Final = {
    domain.ACCES_12M.nom: "d’orientation",
    domain.ABANDON.nom: "de sortie",
    domain.CERTIFICATION.nom: "de sortie",
    domain.EMPLOI_6M.nom: "de sortie",
}


@dataclass(frozen=True)
class Courbe:
    """Un dessin, sa conclusion pour titre, et comment le lire."""

    titre: str
    lecture: str
    dessin: Chart
    csv: str = ""


def evolution(chiffre: Chiffre) -> Courbe:
    """Le taux au fil des cohortes ; les provisoires à part, les trop petites tues."""
    indicateur = chiffre.indicateur
    pas, points = domain.mailler(chiffre.evolution)
    tus = domain.tus(points)

    def serie(nom: str, valeurs: Sequence[float | None]) -> Series:
        visibles = [None if tu else v for v, tu in zip(valeurs, tus, strict=True)]
        return Series(nom, visibles, MASKED)

    axe = f"{_MAILLES[pas].capitalize()} {_UNITES[indicateur.nom]}"
    series = [serie(indicateur.numerateur, [point.taux for point in points])]
    bande = indicateur == domain.EMPLOI_6M
    if bande:
        series = [
            serie("inconnus sans emploi", [point.taux for point in points]),
            serie("parmi les connus", [point.borne_haute for point in points]),
        ]
    if indicateur == domain.ABANDON:
        hors_emploi = [point.sans(MotifAbandon.RETOUR_EMPLOI) for point in points]
        series.append(serie("hors retour à l’emploi", hors_emploi))
    dessin = lines(
        indicateur.nom,
        f"{indicateur.libelle}, par {axe.lower()}",
        axe,
        month_labels([point.debut for point in points]),
        series,
        pending=sum(not point.mur for point in points),
        band=bande,
    )
    lecture = f"Par {axe.lower()}{', à partir du mois écrit' if pas > 1 else ''}."
    if bande:
        lecture += " Entre les deux lignes, la part des situations inconnues."
    if any(tus):
        lecture += " Une cohorte de moins de 20 est tue."
    csv = f"/indicateurs/{indicateur.nom}/evolution.csv"
    return Courbe(phrases.conclusion(chiffre), lecture, dessin, csv)


def trajectoire(indicateur: domain.Indicateur, avancement: Avancement) -> Courbe | None:
    """L’année contre sa cible ; rien à dessiner sans cible, sans mois passé, ou trop peu."""
    cible, attendu = avancement.cible, avancement.attendu
    if cible is None or attendu is None or not domain.se_publie(avancement.entrees):
        return None
    annee = avancement.annee
    mois = list(domain.les_mois(domain.annee(annee)))
    reconduite = "" if cible.annee == annee else f" (niveau {cible.annee} du Pacte, reconduit)"
    dessin = cumulative(
        indicateur.nom,
        f"{indicateur.libelle} : cumul {annee} et cible",
        "Fin de mois",
        month_labels(mois),
        actual=Series(f"réalisé, cumul {annee}", avancement.cumul, "à venir"),
        target=Series(f"cible{reconduite}", [cible.au_mois(n + 1) for n in range(len(mois))]),
    )
    fin = filters.month(mois[len(avancement.cumul) - 1]).rpartition(" ")[0]
    ecart = round(avancement.atteint - attendu)
    position = "sous" if ecart < 0 else "au-dessus de"
    lecture = f"{filters.number(abs(ecart))} {position} la cible à fin {fin}."
    if len(avancement.cumul) < len(mois):
        rythme = filters.number(avancement.au_rythme_actuel)
        lecture += f" Au rythme actuel : {rythme} sur l’année."
    titre = f"{indicateur.libelle} : {filters.percent(avancement.atteint / attendu)} de la cible"
    return Courbe(titre, lecture, dessin, "/trajectoire.csv")
