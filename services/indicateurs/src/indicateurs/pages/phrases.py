"""Les chiffres, dits comme on les lit."""

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from contracts.listes import PublicCible
from contracts.listes.base import Liste
from indicateurs import domain
from indicateurs.domain import Avancement, Cohorte, Indicateur, Point
from indicateurs.queries import Chiffre, Tableau
from kit.pages import filters
from kit.pages.charts import spread

SUJETS = {
    domain.ACCES_12M.nom: "L’accès à la formation",
    domain.ABANDON.nom: "L’abandon",
    domain.CERTIFICATION.nom: "La certification",
    domain.EMPLOI_6M.nom: "Le retour à l’emploi à 6 mois",
}
_VOYELLES = "ao"


def mois(debut: date, fin: date) -> str:
    """`mars 2026`, `janvier à octobre 2026`, `novembre 2024 à octobre 2025`."""
    dernier = filters.month(fin)
    if debut == fin:
        return dernier
    premier = filters.month(debut)
    if debut.year == fin.year:
        premier = premier.rpartition(" ")[0]
    return f"{premier} à {dernier}"


def de_mois(debut: date, fin: date) -> str:
    """`de janv. 2026`, `d’oct. 2024 à sept. 2025`."""
    dits = dict.fromkeys(f"{filters.short_month(jour)} {jour.year}" for jour in (debut, fin))
    phrase = " à ".join(dits)
    return f"d’{phrase}" if phrase[0] in _VOYELLES else f"de {phrase}"


def cohorte(chiffre: Chiffre) -> str:
    """`sorties de mars 2026`, `orientées d’oct. 2024 à sept. 2025`."""
    dits = de_mois(chiffre.cohorte.debut, chiffre.cohorte.fin)
    return f"{chiffre.indicateur.cohorte} {dits}"


def inconnus(chiffre: Chiffre) -> str:
    """La part d’inconnus, quand elle peut se voir."""
    if chiffre.indicateur.inconnu is None:
        return "non mesurables"
    if not chiffre.total.denominateur:
        return "–"
    return filters.percent(chiffre.total.inconnus / chiffre.total.denominateur)


def mois_murs(chiffre: Chiffre) -> str:
    """`9 mois sur 12 sont mûrs`."""
    murs, tous = sum(point.mur for point in chiffre.serie), len(chiffre.serie)
    return f"{murs or 'aucun'} mois sur {tous} {'sont mûrs' if murs > 1 else 'est mûr'}"


def bornes(point: Point) -> str:
    """`49,6 % à 56,8 %` : les inconnus comptés ou non ; un seul nombre s’il n’y en a pas."""
    if point.taux is None:
        return "–"
    bas = filters.percent(point.taux)
    if point.borne_haute is None or point.borne_haute == point.taux:
        return bas
    return f"{bas} à {filters.percent(point.borne_haute)}"


def taux(point: Point) -> Markup:
    """Le même, en grand : ce que l’on sait d’abord, puis jusqu’où cela peut aller."""
    bas, a, haut = bornes(point).partition(" à ")
    reste = Markup(" <small>à {}</small>").format(haut) if a else ""
    return Markup("{}{}").format(bas, reste)


def mediane(chiffre: Chiffre) -> Markup:
    jours = (chiffre.quantiles or {})["mediane"]
    if jours is None:
        return Markup("<small>Médiane pas atteinte</small>")
    return Markup("{} <small>de médiane</small>").format(_jours(jours))


def quantiles(chiffre: Chiffre) -> str:
    """Ce que l’on attend le plus souvent, et au pire."""
    atteints = chiffre.quantiles or {}
    if atteints["mediane"] is None:
        return "Moins de la moitié des étapes finies sont suivies d’une autre."
    p75, p90 = (
        "pas atteint" if atteints[nom] is None else _jours(atteints[nom] or 0)
        for nom in ("p75", "p90")
    )
    return f"P75 : {p75}. P90 : {p90}."


def etendue(chiffre: Chiffre) -> Markup:
    """L’étendue des attentes, quand ses trois repères sont atteints."""
    reperes = [(chiffre.quantiles or {})[nom] for nom in domain.QUANTILES]
    if None in reperes:
        return Markup()
    mediane_, p75, p90 = (jours or 0 for jours in reperes)
    return spread(mediane_, p75, p90, threshold=domain.SANS_COUTURE)


def repartition(point: Point) -> str:
    """Combien comptent, combien sont inconnus, combien ne comptent pas."""
    restent = point.denominateur - point.numerateur - point.inconnus
    dits = [
        filters.count(nombre, un, plusieurs)
        for nombre, un, plusieurs in (
            (point.numerateur, "compte", "comptent"),
            (point.inconnus, "est inconnu", "sont inconnus"),
            (restent, "ne compte pas", "ne comptent pas"),
        )
        if nombre
    ]
    return f"{_enumerer(dits)}." if dits else "Rien à compter."


def sans_courbe(annee: Avancement) -> str:
    """Pourquoi l’année ne se compare pas à sa cible."""
    if annee.cible is None:
        return f"Le Pacte ne fixe pas de cible pour {annee.annee}."
    if not annee.cumul:
        return f"Le premier mois de {annee.annee} n’est pas fini."
    if not annee.entrees:
        return f"Aucune entrée en {annee.annee}."
    return "Moins de 20 entrées : secret statistique."


def conclusion(chiffre: Chiffre) -> str:
    """Ce que dit une courbe : le sens où va le taux, s’il dépasse ce que fait le hasard."""
    sujet = SUJETS[chiffre.indicateur.nom]
    ecart = domain.tendance(chiffre.evolution)
    if ecart is None:
        return f"{sujet} : pas encore de quoi conclure"
    if not ecart:
        ensemble = domain.reunir([point for point in chiffre.evolution if point.mur])
        return f"{sujet}, à {filters.percent(ensemble.taux or 0)}, ne change pas nettement"
    sens = "progresse" if ecart > 0 else "recule"
    return f"{sujet} {sens} de {filters.count(round(abs(ecart) * 100, 1), 'point')}"


def etat(tableau: Tableau) -> str:
    """Où en est la région, en une phrase, de ce qui peut se publier."""
    dits = []
    acces = tableau.chiffres[domain.ACCES_12M.nom].total
    if not acces.masque:
        dits.append(
            f"{filters.percent(acces.taux or 0, 0)} des personnes orientées entrent en formation"
            " dans l’année"
        )
    delai = tableau.chiffres[domain.DELAI_ENTRE_ETAPES.nom]
    mediane = (delai.quantiles or {}).get("mediane")
    if not delai.total.masque and mediane is not None:
        attente = filters.count(mediane, "jour")
        dits.append(f"la moitié des étapes finies sont suivies d’une autre en {attente} au plus")
    abandon = tableau.chiffres[domain.ABANDON.nom].total
    if not abandon.masque:
        dits.append(f"{filters.percent(abandon.taux or 0, 0)} des étapes finissent par un abandon")
    if not dits:
        return "Trop peu de personnes encore pour publier un taux : les comptes se forment."
    phrase = _enumerer(dits)
    return f"{phrase[0].upper()}{phrase[1:]}."


def filtres(periode: Cohorte) -> list[str]:
    """Ce qui restreint le tableau, pour qu’on ne l’oublie pas."""
    dits = [f"axe {periode.axe}"] if periode.axe else []
    if periode.public:
        dits.append(libelle(PublicCible, periode.public))
    return dits


def horizon(indicateur: Indicateur) -> str:
    mois = indicateur.horizon_mois
    observe = f"{mois} mois d’observation, puis " if mois else ""
    return f"{observe}{domain.RECUL.days} jours"


def libelle(liste: type[Liste], code: str) -> str:
    return {un.value: un.libelle for un in liste}[code]


def _jours(nombre: int) -> str:
    return f"{filters.number(nombre)}{filters.NBSP}j"


def _enumerer(dits: Sequence[str]) -> str:
    return f"{', '.join(dits[:-1])} et {dits[-1]}" if len(dits) > 1 else dits[0]
