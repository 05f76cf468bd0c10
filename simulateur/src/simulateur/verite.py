"""La vérité que les services doivent retrouver, calculée ici de son côté.

Rien de leur code n’y sert : les règles sont relues dans les définitions, et chaque fait sait de
quelle étape il parle, puisque c’est ici qu’on l’a vécue.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from simulateur import vies
from simulateur.dits import Dit, Reference, effectifs
from simulateur.vies import Etape

Comptes = dict[Reference, bool]  # what is in the denominator, and whether it counts


_ETATS = {
    vies.ORIENTATION: "ORIENTEE",
    vies.DEMANDE: "EN_PREPARATION",
    vies.AVIS: "EN_PREPARATION",
    vies.REFUS: "EN_PREPARATION",
    vies.RESERVATION: "EN_PREPARATION",
    vies.GARANTIE: "EN_PREPARATION",
    vies.ENTREE: "EN_FORMATION",
    vies.REPRISE: "EN_FORMATION",
    vies.SUSPENSION: "SUSPENDU",
    vies.ABANDON: "ABANDONNEE",
    vies.SORTIE: "SORTIE",
}
_CONTRATS_QUI_DURENT = {
    "CDI",
    "CDD_6_MOIS_ET_PLUS",
    "CDD_1_A_6_MOIS",
    "CDD_INSERTION",
    "APPRENTISSAGE",
    "CREATION_ENTREPRISE",
}
_HEURES_PAR_MOIS, _SANS_COUTURE = 78, 30


class Verite:
    """Ce qui est vrai d’une personne, d’après tout ce qui a été dit d’elle."""

    def __init__(self, dits: Iterable[Dit], aujourd_hui: date) -> None:
        tous = {dit.reference: dit for dit in dits}  # said twice is said once
        self.nombre = len(tous)
        self._aujourd_hui = aujourd_hui
        self._faits = sorted(effectifs(tous), key=lambda fait: fait.ordre)
        self._par_etape: dict[Etape, list[Dit]] = defaultdict(list)
        for fait in self._faits:
            if fait.etape:
                self._par_etape[fait.etape].append(fait)

    @property
    def en_conflit(self) -> bool:
        """Deux sorties dites pour une même étape."""
        return any(len(_de(faits, vies.SORTIE)) > 1 for faits in self._par_etape.values())

    @property
    def etat(self) -> str:
        """L’état du parcours : le premier qui s’applique."""
        posent = [fait for fait in self._faits if fait.nom in _ETATS]
        etats = {_ETATS[fait.nom] for fait in {fait.etape: fait for fait in posent}.values()}
        for etat in ("EN_FORMATION", "SUSPENDU", "EN_PREPARATION"):
            if etat in etats:
                return etat
        if any(self._travaille(emploi) for emploi in _de(self._faits, vies.EMPLOI)):
            return "EN_EMPLOI"
        return "ENTRE_DEUX_ETAPES" if posent and posent[-1].nom == vies.SORTIE else "OUVERT"

    def comptes(self) -> dict[str, Comptes]:
        """Par indicateur, ce qui est au dénominateur, et si cela compte au numérateur."""
        entrees = self._entrees()
        premiere = min(entrees, key=_quand, default=None)
        return {
            **{f"taux_acces_{mois}m": self._acces(mois) for mois in (3, 6, 12)},
            "taux_abandon": {
                sortie.reference: sortie.data["nature"] in {"ABANDON", "EXCLUSION"}
                for sortie in self._sorties()
            },
            "taux_certification_net": self._certifications(),
            **{f"acces_emploi_{mois}m": self._emplois(mois) for mois in (6, 12)},
            "delai_entre_etapes": self._delais(),
            "aes_realisees": {e.reference: e.data.get("nouveau_plan", False) for e in entrees},
            "parcours_engages": {e.reference: e is premiere for e in entrees},
        }

    def _acces(self, horizon: int) -> Comptes:
        """La première orientation de la personne, et une entrée dans l’horizon."""
        orientations = _de(self._faits, vies.ORIENTATION)
        if not orientations:
            return {}
        premiere = min(orientations, key=_quand)
        borne = _mois_apres(premiere.jour, horizon + 1)
        entre = any(premiere.jour <= entree.jour < borne for entree in self._entrees())
        return {premiere.reference: entre}

    def _certifications(self) -> Comptes:
        """Les sorties d’étapes certifiantes, et un jury qui certifie dans les six mois."""
        comptes = {}
        for sortie in self._sorties():
            if sortie.etape and sortie.etape.type_etape == "CERTIFIANT":
                jurys = _de(self._par_etape[sortie.etape], vies.CERTIFICATION)
                borne = _plus_de_mois(sortie.jour, 6)
                comptes[sortie.reference] = any(
                    jury.data["resultat"] == "TOTALE" and jury.jour <= borne for jury in jurys
                )
        return comptes

    def _emplois(self, horizon: int) -> Comptes:
        """La dernière sortie de la personne, et un vrai travail du mois suivant à l’horizon."""
        sorties = self._sorties()
        if not sorties:
            return {}
        derniere = max(sorties, key=_quand)
        debut, fin = _mois_apres(derniere.jour, 1), _mois_apres(derniere.jour, horizon + 1)
        emplois = [e for e in _de(self._faits, vies.EMPLOI) if debut <= e.jour < fin]
        return {derniere.reference: any(map(_vrai_travail, emplois))}

    def _delais(self) -> Comptes:
        """Les sorties dont on connaît la suite, et une entrée en trente jours, avant tout travail.

        Personne ici n’est suspendu entre deux étapes : il n’y a pas de suspension à déduire.
        """
        comptes = {}
        for sortie in self._sorties():
            suivantes = [e.jour for e in self._entrees() if self._suit(e, sortie)]
            if not suivantes and not self._suite_prescrite(sortie):
                continue
            mois = sortie.jour.replace(day=1)
            travaux = [e.jour for e in _de(self._faits, vies.EMPLOI) if e.jour >= mois]
            entree = max(sortie.jour, min(suivantes, default=date.max))
            travail = max(sortie.jour, min(travaux, default=date.max))
            a_temps = entree - sortie.jour <= timedelta(days=_SANS_COUTURE)
            comptes[sortie.reference] = a_temps and entree <= travail
        return comptes

    def _suite_prescrite(self, sortie: Dit) -> bool:
        """Si une autre étape est prescrite depuis celle-ci, sans y être entré avant d’en sortir."""
        prescription = self._premier(vies.ORIENTATION, sortie.etape)
        debut = prescription or self._premier(vies.ENTREE, sortie.etape) or sortie
        return any(
            autre.jour >= debut.jour and (entree is None or entree.jour >= sortie.jour)
            for etape in self._par_etape
            if etape is not sortie.etape and (autre := self._premier(vies.ORIENTATION, etape))
            for entree in [self._premier(vies.ENTREE, etape)]
        )

    def _premier(self, nom: str, etape: Etape | None) -> Dit | None:
        return next(iter(_de(self._par_etape[etape], nom)), None) if etape else None

    def _suit(self, entree: Dit, sortie: Dit) -> bool:
        """Si cette entrée suit la sortie, dans une étape où la personne est encore."""
        if entree.etape is sortie.etape or not (entree.etape and sortie.etape):
            return False
        quittee = _de(self._par_etape[entree.etape], vies.SORTIE)[-1:]
        y_est = not quittee or quittee[0].jour > sortie.jour
        avant = self._premier(vies.ENTREE, sortie.etape)
        commencee = avant is not None and entree.jour > avant.jour and y_est
        return entree.jour >= sortie.jour or commencee

    def _entrees(self) -> list[Dit]:
        """La première de chaque étape."""
        return [_de(faits, vies.ENTREE)[0] for faits in self._etapes(vies.ENTREE)]

    def _sorties(self) -> list[Dit]:
        """La dernière de chaque étape."""
        return [_de(faits, vies.SORTIE)[-1] for faits in self._etapes(vies.SORTIE)]

    def _etapes(self, nom: str) -> list[list[Dit]]:
        return [faits for faits in self._par_etape.values() if _de(faits, nom)]

    def _travaille(self, emploi: Dit) -> bool:
        fin = emploi.data["fin_le"]
        return fin is None or date.fromisoformat(fin) >= self._aujourd_hui


def _vrai_travail(emploi: Dit) -> bool:
    """Plus de 78 heures par mois, ou un mois au moins, par ses dates ou sa forme."""
    heures, fin = emploi.data["heures_hebdo"], emploi.data["fin_le"]
    if heures and heures * 52 > _HEURES_PAR_MOIS * 12:
        return True
    if emploi.data["type_contrat"] in _CONTRATS_QUI_DURENT:
        return True
    un_mois = _plus_de_mois(emploi.jour, 1) - timedelta(days=1)  # the last day is worked
    return bool(fin) and date.fromisoformat(fin) >= un_mois


def _quand(dit: Dit) -> tuple[date, Reference]:
    return dit.jour, dit.reference


def _de(faits: Iterable[Dit], nom: str) -> list[Dit]:
    return [fait for fait in faits if fait.nom == nom]


def _mois_apres(jour: date, nombre: int) -> date:
    """Le premier jour du mois, tant de mois après celui de `jour`."""
    rang = jour.year * 12 + jour.month - 1 + nombre
    return date(rang // 12, rang % 12 + 1, 1)


def _plus_de_mois(jour: date, nombre: int) -> date:
    """Le même jour du mois, tant de mois plus loin, ou le dernier de ce mois-là."""
    fin = _mois_apres(jour, nombre + 1) - timedelta(days=1)
    return fin.replace(day=min(jour.day, fin.day))
