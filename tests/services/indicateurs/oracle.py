"""Les chiffres refaits autrement : des dictionnaires, d’après les définitions publiées.

Rien des services ni de la lecture commune : ni leur code, ni leur base.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

Document = dict[str, Any]
Reference = tuple[str, str]
Etape = tuple[str, str]  # its parcours, and itself

_RANGS = {
    "orientation.orientation_prononcee": 2,
    "suivi.entree_effective": 6,
    "suivi.suspension_prononcee": 8,
    "suivi.reprise_effective": 10,
    "suivi.abandon_constate": 11,
    "suivi.sortie_effective": 12,
    "certification.resultat_prononce": 13,
    "emploi.retour_emploi_declare": 14,
}
_SANS_JURY = {"ABANDON", "EXCLUSION", "INTERRUPTION_OF", "TRANSFERT", "DECES"}
_DURENT_SIX_MOIS = {
    "CDI", "CDI_INTERIMAIRE", "CDI_INCLUSION", "CDD_6_MOIS_ET_PLUS", "APPRENTISSAGE",
    "PROFESSIONNALISATION",
}  # fmt: skip
_DURENT_UN_MOIS = _DURENT_SIX_MOIS | {
    "CDD_1_A_6_MOIS", "CDD_INSERTION", "PEC", "ALTERNANCE_NON_PRECISEE", "FONCTION_PUBLIQUE",
    "CREATION_ENTREPRISE",
}  # fmt: skip


class Ligne(NamedTuple):
    """Une unité du dénominateur."""

    le: date
    compte: bool
    inconnu: bool = False
    detail: str | None = None
    jours: int | None = None
    finie: bool | None = None
    compte_par: Reference | None = None


class Fait(NamedTuple):
    le: date
    instant: datetime
    nom: str
    reference: Reference
    parcours: str
    data: Mapping[str, Any]

    @property
    def ordre(self) -> tuple[Any, ...]:
        return self.instant, _RANGS.get(self.nom, 0), self.reference

    @property
    def rang(self) -> tuple[Any, ...]:
        return self.le, self.reference


class Suite(NamedTuple):
    """La première entrée, prescription et embauche d’après une sortie."""

    entree: date | None
    prescription: date | None
    travail: date | None


Unites = Iterable[tuple[Etape, Fait, Ligne]]


class Oracle:
    """Ce que disent ces événements, dans n’importe quel ordre, redites comprises."""

    def __init__(self, dits: Iterable[Document], aujourd_hui: date) -> None:
        self._aujourd_hui = aujourd_hui
        faits = sorted(_effectifs(dits), key=lambda fait: fait.ordre)
        self._personne: dict[str, str] = {fait.parcours: fait.parcours for fait in faits}
        self._publics: dict[str, Sequence[str]] = {fait.parcours: () for fait in faits}
        for fait in reversed([f for f in faits if f.nom == "parcours.ouvert"]):
            self._personne[fait.parcours] = fait.data["beneficiaire_id"]
            self._publics[fait.parcours] = fait.data["publics_cibles"]
        self._etapes: dict[Etape, list[Fait]] = defaultdict(list)
        self._emplois = [f for f in faits if f.nom == "emploi.retour_emploi_declare"]
        for fait in faits:
            if "etape_id" in fait.data:
                self._etapes[fait.parcours, fait.data["etape_id"]].append(fait)
        self._orientations = self._premiers("orientation.orientation_prononcee")
        self._entrees = self._premiers("suivi.entree_effective")
        self._sorties = {
            etape: vecus[-1]
            for etape, faits in self._etapes.items()
            if (vecus := _de(faits, "suivi.sortie_effective"))
        }

    def lignes(
        self, nom: str, debut: date, fin: date, axe: int | None = None, public: str | None = None
    ) -> dict[Reference, Ligne]:
        """Les unités d’un indicateur dont le jour tombe de `debut` à `fin`, compris."""
        famille, _, mois = nom.rpartition("_")
        unites: Iterable[tuple[Etape, Fait, Ligne]]
        if famille == "taux_acces":
            unites = self._acces(int(mois[:-1]))
        elif famille == "acces_emploi":
            unites = self._retours(int(mois[:-1]))
        else:
            unites = {
                "taux_abandon": self._abandons,
                "taux_certification_net": self._certifications,
                "delai_entre_etapes": self._delais,
                "coutures_ouvertes": self._coutures,
                "aes_realisees": self._aes,
                "parcours_engages": self._engages,
            }[nom]()
        return {
            fait.reference: ligne
            for etape, fait, ligne in unites
            if debut <= fait.le <= fin
            and axe in {None, self._axe(etape)}
            and (public is None or public in self._publics[etape[0]])
        }

    def _acces(self, horizon: int) -> Unites:
        for etape, premiere in self._une_par(self._orientations, par_personne=True, derniere=False):
            personne = self._personne[etape[0]]
            bord = _fin_de_mois(premiere.le, horizon)
            entrees = [
                e
                for e in self._de_la_personne(self._entrees, personne)
                if premiere.le <= e.le <= bord
            ]
            deces = [
                s
                for s in self._de_la_personne(self._sorties, personne)
                if s.data["nature"] == "DECES" and premiere.le <= s.le <= bord
            ]
            entree = min(entrees, key=lambda e: e.rang, default=None)
            if entree or not deces:
                par = entree.reference if entree else None
                yield etape, premiere, Ligne(premiere.le, bool(entree), compte_par=par)

    def _abandons(self) -> Unites:
        for etape, sortie in self._sorties.items():
            nature = sortie.data["nature"]
            detail = None
            if nature == "ABANDON":
                motifs = [
                    f.data["motif"] for f in _de(self._etapes[etape], "suivi.abandon_constate")
                ]
                detail = motifs[-1] if motifs else "NON_COMMUNIQUE"
            elif nature == "EXCLUSION":
                detail = nature
            compte = nature in {"ABANDON", "EXCLUSION"}
            par = sortie.reference if compte else None
            yield (
                etape,
                sortie,
                Ligne(sortie.le, compte, nature == "NON_COMMUNIQUE", detail, compte_par=par),
            )

    def _certifications(self) -> Unites:
        for etape, sortie in self._sorties.items():
            if self._type(etape) != "CERTIFIANT":
                continue
            jurys = _de(self._etapes[etape], "certification.resultat_prononce")
            jurys = [j for j in jurys if j.le <= _mois_apres(sortie.le, 6)]
            resultats = [j.data["resultat"] for j in jurys]
            meilleur = next((r for r in ("TOTALE", "PARTIELLE") if r in resultats), None)
            connus = [j for j in jurys if j.data["resultat"] != "NON_COMMUNIQUE"]
            if meilleur is None and connus:
                dernier = max(j.le for j in connus)
                meilleur = min(
                    (j for j in connus if j.le == dernier), key=lambda j: j.reference
                ).data["resultat"]
            inconnu = meilleur is None and sortie.data["nature"] not in _SANS_JURY
            detail = meilleur or ("NON_COMMUNIQUE" if jurys else None)
            yield etape, sortie, Ligne(sortie.le, meilleur == "TOTALE", inconnu, detail)

    def _retours(self, horizon: int) -> Unites:
        for etape, sortie in self._une_par(self._sorties, par_personne=False, derniere=True):
            personne = self._personne[etape[0]]
            bord = _fin_de_mois(sortie.le, horizon)
            debut = _fin_de_mois(sortie.le, 0) + timedelta(days=1)
            connus = [
                e
                for e in self._emplois
                if self._personne[e.parcours] == personne
                and sortie.le.replace(day=1) <= e.le <= bord
            ]
            vrais = [
                e for e in connus if e.le >= debut and _dure(e, 1, _DURENT_UN_MOIS, heures=True)
            ]
            durable = any(_dure(e, 6, _DURENT_SIX_MOIS) for e in vrais)
            rentre = any(
                sortie.le <= e.le <= bord for e in self._de_la_personne(self._entrees, personne)
            )
            inconnu = not connus and not rentre and sortie.data["nature"] != "DECES"
            detail = "DURABLE" if durable else None
            yield etape, sortie, Ligne(sortie.le, bool(vrais), inconnu, detail)

    def _delais(self) -> Unites:
        for etape, sortie, suite in self._suites():
            if not (suite.entree or suite.prescription):
                continue
            entree_le, travail_le = suite.entree or date.max, suite.travail or date.max
            finie = suite.entree is not None and entree_le <= travail_le
            fin = min(entree_le, travail_le)
            if fin == date.max:
                fin = max(self._aujourd_hui, sortie.le)
            personne = self._personne[etape[0]]
            jours = (fin - sortie.le).days - self._suspendus(personne, sortie.le, fin)
            detail = None
            if not finie:
                detail = "EMPLOI" if travail_le < date.max else "EN_ATTENTE"
            yield (
                etape,
                sortie,
                Ligne(
                    sortie.le, finie and jours <= 30, not finie and jours < 30, detail, jours, finie
                ),
            )

    def _coutures(self) -> Unites:
        for etape, sortie, suite in self._suites():
            seuil = sortie.le + timedelta(days=30)
            seule = not any(le and le <= seuil for le in suite)
            passe = seuil <= self._aujourd_hui
            yield etape, sortie, Ligne(sortie.le, seule and passe, seule and not passe)

    def _suites(self) -> Iterable[tuple[Etape, Fait, Suite]]:
        """Chaque sortie, et ce qui la suit : jamais avant elle."""
        for etape, sortie in self._sorties.items():
            if sortie.data["nature"] == "DECES":
                continue
            personne = self._personne[etape[0]]
            entree_ici, orientation_ici = self._entrees.get(etape), self._orientations.get(etape)
            prescrite = (orientation_ici or entree_ici or sortie).le
            entrees, prescriptions = [], []
            for autre in self._etapes:
                if autre == etape or self._personne[autre[0]] != personne:
                    continue
                entree, sortie_de_la = self._entrees.get(autre), self._sorties.get(autre)
                y_est_encore = sortie_de_la is None or sortie_de_la.le > sortie.le
                if entree and (
                    entree.le >= sortie.le
                    or (entree_ici and entree.le > entree_ici.le and y_est_encore)
                ):
                    entrees.append(max(entree.le, sortie.le))
                orientation = self._orientations.get(autre)
                if (
                    orientation
                    and orientation.le >= prescrite
                    and not (entree and entree.le < sortie.le)
                ):
                    prescriptions.append(orientation.le)
            travaux = [
                max(e.le, sortie.le)
                for e in self._emplois
                if self._personne[e.parcours] == personne and e.le >= sortie.le.replace(day=1)
            ]
            yield (
                etape,
                sortie,
                Suite(*(min(x, default=None) for x in (entrees, prescriptions, travaux))),
            )

    def _aes(self) -> Unites:
        for etape, entree in self._entrees.items():
            dits = {
                f.data.get("nouveau_plan")
                for f in _de(self._etapes[etape], "suivi.entree_effective")
            } - {None}
            yield etape, entree, Ligne(entree.le, True in dits, not dits)

    def _engages(self) -> Unites:
        premieres: dict[str, Fait] = {}
        for (parcours, _), entree in self._entrees.items():
            deja = premieres.get(parcours, entree)
            premieres[parcours] = min(deja, entree, key=lambda e: e.rang)
        for etape, entree in self._entrees.items():
            yield etape, entree, Ligne(entree.le, premieres[etape[0]] == entree)

    def _suspendus(self, personne: str, debut: date, fin: date) -> int:
        """Combien de jours, de `debut` à `fin`, l’une au moins de ses étapes est suspendue."""
        jours = set()
        for (parcours, _), faits in self._etapes.items():
            if self._personne[parcours] != personne:
                continue
            for rang, fait in enumerate(faits):
                if fait.nom != "suivi.suspension_prononcee":
                    continue
                reprises = [
                    f.le
                    for f in faits[rang + 1 :]
                    if f.nom.split(".")[1]
                    in {
                        "entree_effective",
                        "reprise_effective",
                        "abandon_constate",
                        "sortie_effective",
                    }
                ]
                jour = max(fait.le, debut)
                while jour < min(reprises[0] if reprises else fin, fin):
                    jours.add(jour)
                    jour += timedelta(days=1)
        return len(jours)

    def _une_par(
        self, faits: Mapping[Etape, Fait], *, par_personne: bool, derniere: bool
    ) -> list[tuple[Etape, Fait]]:
        """La première, ou la dernière, de chaque personne ou de chaque parcours."""
        choisis: dict[str, tuple[Etape, Fait]] = {}
        for etape, fait in sorted(faits.items(), key=lambda x: x[1].rang, reverse=derniere):
            cle = self._personne[etape[0]] if par_personne else etape[0]
            choisis.setdefault(cle, (etape, fait))
        return list(choisis.values())

    def _premiers(self, nom: str) -> dict[Etape, Fait]:
        return {
            etape: vecus[0] for etape, faits in self._etapes.items() if (vecus := _de(faits, nom))
        }

    def _de_la_personne(self, faits: Mapping[Etape, Fait], personne: str) -> list[Fait]:
        return [fait for (p, _), fait in faits.items() if self._personne[p] == personne]

    def _axe(self, etape: Etape) -> int | None:
        orientations = _de(self._etapes[etape], "orientation.orientation_prononcee")
        return orientations[-1].data["axe"] if orientations else None

    def _type(self, etape: Etape) -> str:
        orientations = _de(self._etapes[etape], "orientation.orientation_prononcee")
        return orientations[-1].data["type_etape"] if orientations else "NON_COMMUNIQUE"


def quantile(lignes: Iterable[Ligne], part: Fraction) -> int | None:
    """Kaplan-Meier, au plus naïf : à chaque jour, qui était encore là, et qui est parti."""
    attentes = [(ligne.jours, ligne.finie) for ligne in lignes]
    survie = Fraction(1)
    for jour in sorted({jours for jours, finie in attentes if finie}):
        la = sum(jours >= jour for jours, _ in attentes)
        partis = sum(jours == jour and bool(finie) for jours, finie in attentes)
        survie *= Fraction(la - partis, la)
        if 1 - survie >= part:
            return jour
    return None


def par_mois(lignes: Iterable[Ligne]) -> dict[date, list[int]]:
    """Par mois : dénominateur, numérateur, inconnus."""
    series: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for ligne in lignes:
        mois = series[ligne.le.replace(day=1)]
        mois[0] += 1
        mois[1] += ligne.compte
        mois[2] += ligne.inconnu
    return dict(series)


def details(lignes: Iterable[Ligne]) -> dict[str, int]:
    return dict(Counter(ligne.detail for ligne in lignes if ligne.detail))


def _effectifs(dits: Iterable[Document]) -> list[Fait]:
    tous = {(dit["source"], dit["id"]): dit for dit in dits}
    visant = defaultdict(list)
    for reference, dit in tous.items():
        if "cible" in dit["data"]:
            cible = dit["data"]["cible"]
            visant[cible["source"], cible["id"]].append(reference)

    def annule(reference: Reference) -> bool:
        return any(
            tous[r]["type"] == "fr.sanscouture.evenement.annule.v1" and not annule(r)
            for r in visant[reference]
        )

    def corrige(reference: Reference) -> Document:
        dit = deepcopy(tous[reference])
        corrections = [
            corrige(r)
            for r in visant[reference]
            if tous[r]["type"] == "fr.sanscouture.evenement.corrige.v1" and not annule(r)
        ]
        corrections.sort(key=lambda c: (datetime.fromisoformat(c["time"]), c["source"], c["id"]))
        for correction in corrections:
            for pointeur, valeur in correction["data"]["champs"].items():
                if pointeur == "/time":
                    dit["time"] = valeur
                else:
                    dit["data"][pointeur.removeprefix("/data/")] = valeur
        return dit

    return [
        _fait(corrige(reference))
        for reference, dit in tous.items()
        if "cible" not in dit["data"] and not annule(reference)
    ]


def _fait(dit: Document) -> Fait:
    instant = datetime.fromisoformat(dit["time"])
    return Fait(
        instant.astimezone(ZoneInfo("Europe/Paris")).date(),
        instant,
        dit["type"].removeprefix("fr.sanscouture.").removesuffix(".v1"),
        (dit["source"], dit["id"]),
        dit["subject"],
        dit["data"],
    )


def _de(faits: Iterable[Fait], nom: str) -> list[Fait]:
    return [fait for fait in faits if fait.nom == nom]


def _dure(emploi: Fait, mois: int, formes: set[str], *, heures: bool = False) -> bool:
    if heures and (emploi.data["heures_hebdo"] or 0) > 18:
        return True
    if emploi.data["type_contrat"] in formes:
        return True
    fin = emploi.data["fin_le"]
    lendemain = fin and date.fromisoformat(fin) + timedelta(days=1)
    return bool(lendemain) and lendemain >= _mois_apres(emploi.le, mois)


def _fin_de_mois(jour: date, plus: int) -> date:
    """Le dernier jour du mois, `plus` mois après celui de `jour`."""
    rang = jour.year * 12 + jour.month + plus
    return date(rang // 12, rang % 12 + 1, 1) - timedelta(days=1)


def _mois_apres(jour: date, mois: int) -> date:
    """Le même quantième, ou le dernier jour du mois s’il ne l’a pas."""
    fin = _fin_de_mois(jour, mois)
    return fin.replace(day=min(jour.day, fin.day))
