"""La vérité que les services doivent retrouver, calculée ici de son côté.

Rien de leur code n’y sert : les règles sont relues dans les définitions, et chaque fait sait de
quelle étape il parle, puisque c’est ici qu’on l’a vécue.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from kit.clock import civil_date
from simulateur import vies
from simulateur.vies import Etape


class Reference(NamedTuple):
    source: str
    id: str


@dataclass(frozen=True)
class Dit:
    """Ce qui a été dit, tel que le journal doit l’avoir."""

    reference: Reference
    nom: str
    le: datetime
    etape: Etape | None
    data: Mapping[str, Any]
    cible: Reference | None = None

    @property
    def jour(self) -> date:
        return civil_date(self.le)

    @property
    def ordre(self) -> tuple[datetime, int, Reference]:
        return self.le, _RANGS.index(self.nom), self.reference


class Compte(NamedTuple):
    """Comment une unité du dénominateur compte."""

    compte: bool
    inconnu: bool = False


# In the order of life, for what happens at the same instant.
_RANGS = [
    vies.OUVERTURE,
    vies.ORIENTATION,
    vies.DEMANDE,
    vies.AVIS,
    vies.REFUS,
    vies.RESERVATION,
    vies.GARANTIE,
    vies.ENTREE,
    vies.ATTESTATION,
    vies.SUSPENSION,
    vies.SAISINE,
    vies.DECISION,
    vies.REPRISE,
    vies.ABANDON,
    vies.SORTIE,
    vies.CERTIFICATION,
    vies.EMPLOI,
]
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
_CONTRATS_QUI_DURENT = {"CDI", "CDD_6_MOIS_ET_PLUS", "CDD_1_A_6_MOIS", "APPRENTISSAGE"}
_HEURES_PAR_MOIS, _SANS_COUTURE = 78, 30


class Verite:
    """Ce qui est vrai d’une personne, d’après tout ce qui a été dit d’elle."""

    def __init__(self, dits: Iterable[Dit], aujourd_hui: date) -> None:
        tous = {dit.reference: dit for dit in dits}  # said twice is said once
        self.nombre = len(tous)
        self._aujourd_hui = aujourd_hui
        self._faits = sorted(_effectifs(tous), key=lambda fait: fait.ordre)
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

    def comptes(self) -> dict[str, dict[Reference, Compte]]:
        """Par indicateur, ce qui est au dénominateur, et ce qui compte au numérateur."""
        return {
            **{f"taux_acces_{mois}m": self._acces(mois) for mois in (3, 6, 12)},
            "taux_abandon": self._abandons(),
            "taux_certification_net": self._certifications(),
            **{f"acces_emploi_{mois}m": self._emplois(mois) for mois in (6, 12)},
            "delai_entre_etapes": self._delais(),
        }

    def _acces(self, horizon: int) -> dict[Reference, Compte]:
        """La première orientation de la personne, et une entrée dans l’horizon."""
        orientations = _de(self._faits, vies.ORIENTATION)
        if not orientations:
            return {}
        premiere = min(orientations, key=lambda fait: (fait.jour, fait.reference))
        borne = _mois_apres(premiere.jour, horizon + 1)
        entree = any(premiere.jour <= fait.jour < borne for fait in self._entrees())
        return {premiere.reference: Compte(entree)}

    def _abandons(self) -> dict[Reference, Compte]:
        natures = {sortie.reference: sortie.data["nature"] for sortie in self._sorties()}
        return {
            reference: Compte(nature in {"ABANDON", "EXCLUSION"}, nature == "NON_COMMUNIQUE")
            for reference, nature in natures.items()
        }

    def _certifications(self) -> dict[Reference, Compte]:
        """Les sorties d’étapes certifiantes, et le jury dans les six mois."""
        comptes = {}
        for sortie in self._sorties():
            if sortie.etape and sortie.etape.type_etape == "CERTIFIANT":
                jurys = _de(self._par_etape[sortie.etape], vies.CERTIFICATION)
                borne = _plus_de_mois(sortie.jour, 6)
                resultats = {jury.data["resultat"] for jury in jurys if jury.jour <= borne}
                inconnu = not resultats - {"NON_COMMUNIQUE"}
                comptes[sortie.reference] = Compte("TOTALE" in resultats, inconnu)
        return comptes

    def _emplois(self, horizon: int) -> dict[Reference, Compte]:
        """La dernière sortie de la personne, et un vrai travail dans l’horizon."""
        sorties = self._sorties()
        if not sorties:
            return {}
        derniere = max(sorties, key=lambda fait: (fait.jour, fait.reference))
        mois_suivant, borne = _mois_apres(derniere.jour, 1), _mois_apres(derniere.jour, horizon + 1)
        emplois = [
            fait for fait in _de(self._faits, vies.EMPLOI) if derniere.jour <= fait.jour < borne
        ]
        compte = any(_vrai_travail(fait) for fait in emplois if fait.jour >= mois_suivant)
        entre = any(derniere.jour <= fait.jour < borne for fait in self._entrees())
        return {derniere.reference: Compte(compte, not emplois and not entre)}

    def _delais(self) -> dict[Reference, Compte]:
        """Les sorties qu’un travail ne suit pas d’abord, et l’entrée suivante en trente jours."""
        comptes = {}
        for sortie in self._sorties():
            suivantes = [
                fait.jour
                for fait in self._entrees()
                if fait.etape is not sortie.etape and fait.jour >= sortie.jour
            ]
            travaux = [
                fait.jour for fait in _de(self._faits, vies.EMPLOI) if fait.jour >= sortie.jour
            ]
            entree, travail = min(suivantes, default=date.max), min(travaux, default=date.max)
            if entree <= travail:
                compte = entree - sortie.jour <= timedelta(days=_SANS_COUTURE)
                comptes[sortie.reference] = Compte(compte)
        return comptes

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


def _effectifs(tous: Mapping[Reference, Dit]) -> list[Dit]:
    """Les faits qui comptent, tels que corrigés. Ce qui est annulé ne compte pas."""
    rectifications = [dit for dit in tous.values() if dit.cible]
    annules = _annules(rectifications)
    corrigent = defaultdict(list)
    for dit in rectifications:
        if dit.nom == vies.CORRECTION and dit.reference not in annules:
            corrigent[dit.cible].append(dit)
    return [
        _corrige(dit, corrigent[dit.reference])
        for dit in tous.values()
        if not dit.cible and dit.reference not in annules
    ]


def _annules(rectifications: Sequence[Dit]) -> set[Reference]:
    """Les références annulées par une annulation qui ne l’est pas elle-même."""
    par = {dit.cible: dit.reference for dit in rectifications if dit.nom == vies.ANNULATION}

    def annule(reference: Reference) -> bool:
        return reference in par and not annule(par[reference])

    return {cible for cible in par if cible and annule(cible)}


def _corrige(dit: Dit, corrections: Sequence[Dit]) -> Dit:
    le, data = dit.le, dict(dit.data)
    for correction in sorted(corrections, key=lambda dit: (dit.le, dit.reference)):
        for pointeur, valeur in correction.data["champs"].items():
            if pointeur == "/time":
                le = datetime.fromisoformat(valeur)
            else:
                data[pointeur.removeprefix("/data/")] = valeur
    return Dit(dit.reference, dit.nom, le, dit.etape, data)


def _vrai_travail(emploi: Dit) -> bool:
    """Plus de 78 heures par mois, ou un mois au moins."""
    heures, fin = emploi.data["heures_hebdo"], emploi.data["fin_le"]
    if heures and heures * 52 / 12 > _HEURES_PAR_MOIS:
        return True
    if emploi.data["type_contrat"] in _CONTRATS_QUI_DURENT:
        return True
    return bool(fin) and date.fromisoformat(fin) >= _plus_de_mois(emploi.jour, 1)


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
