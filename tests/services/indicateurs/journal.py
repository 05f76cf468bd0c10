"""Des journaux inventés, et de quoi les faire lire aux indicateurs."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from indicateurs import projections
from kit import json, log
from kit.clock import PARIS
from kit.consumer import Record
from kit.db import engine
from tests.fabriques import CAP_EMPLOI, MISSION_LOCALE, ORGANISME

Document = dict[str, Any]

# Seen from here: everything told below happened before.
LE = datetime(2026, 11, 23, 14, 0, tzinfo=PARIS)

OUVERTURE = "parcours.ouvert"
ORIENTATION = "orientation.orientation_prononcee"
ENTREE = "suivi.entree_effective"
SUSPENSION = "suivi.suspension_prononcee"
REPRISE = "suivi.reprise_effective"
ABANDON = "suivi.abandon_constate"
SORTIE = "suivi.sortie_effective"
JURY = "certification.resultat_prononce"
EMPLOI = "emploi.retour_emploi_declare"
CORRECTION = "evenement.corrige"
ANNULATION = "evenement.annule"

# Days on which a month, a winter or an February ends, and the first of each.
_BORDS = [
    *(date(2024, mois, 1) for mois in range(1, 13)),
    *(date(2025, mois, 1) for mois in range(1, 13)),
    *(date(2026, mois, 1) for mois in range(1, 12)),
    date(2024, 3, 1) + timedelta(days=1),
    date(2024, 8, 31) + timedelta(days=1),
]
_HEURES = [time(0, 0), time(0, 30), time(9, 0), time(12, 0), time(23, 0), time(23, 59, 59)]


class Conteur:
    """Raconte des faits, chacun avec un identifiant que personne d’autre n’a."""

    def __init__(self, graine: int | str = 0) -> None:
        self.hasard = Random(graine)
        self.dits: list[Document] = []
        self._graine = graine
        self._numeros = count(1)

    def uuid(self) -> UUID:
        return UUID(int=self.hasard.getrandbits(128), version=4)

    def dire(
        self,
        nom: str,
        parcours: UUID,
        le: date | datetime,
        par: str = ORGANISME,
        **data: Any,
    ) -> Document:
        """Un jour se dit midi à Paris."""
        instant = le if isinstance(le, datetime) else datetime.combine(le, time(12), PARIS)
        document = {
            "specversion": "1.0",
            "id": f"dossier-{self._graine}-{next(self._numeros)}",
            "source": par,
            "type": f"fr.sanscouture.{nom}.v1",
            "subject": str(parcours),
            "time": instant.isoformat(),
            "datacontenttype": "application/json",
            "organisation": par,
            "data": data,
        }
        self.dits.append(document)
        return document

    def ouvrir(
        self, parcours: UUID, le: date | datetime, personne: UUID | None = None, *publics: str
    ) -> Document:
        return self.dire(
            OUVERTURE,
            parcours,
            le,
            MISSION_LOCALE,
            beneficiaire_id=str(personne or self.uuid()),
            objectif="Retrouver un emploi",
            publics_cibles=list(publics),
        )

    def orienter(
        self,
        parcours: UUID,
        etape: UUID,
        le: date | datetime,
        nature: str = "CERTIFIANT",
        **data: Any,
    ) -> Document:
        donnees = {"etape_id": str(etape), "type_etape": nature, **data}
        return self.dire(ORIENTATION, parcours, le, MISSION_LOCALE, **donnees)

    def corriger(self, cible: Document, le: date | datetime, **champs: Any) -> Document:
        """`time=…` corrige la date ; le reste, des données."""
        pointeurs = {
            "/time" if nom == "time" else f"/data/{nom}": valeur for nom, valeur in champs.items()
        }
        return self._rectifier(CORRECTION, cible, le, champs=pointeurs)

    def annuler(self, cible: Document, le: date | datetime) -> Document:
        return self._rectifier(ANNULATION, cible, le)

    def _rectifier(self, nom: str, cible: Document, le: date | datetime, **data: Any) -> Document:
        vise = {"source": cible["source"], "id": cible["id"]}
        return self.dire(nom, UUID(cible["subject"]), le, cible["organisation"], cible=vise, **data)

    def moment(self, le: date) -> datetime:
        """À une heure de ce jour, souvent au bord de minuit, dite dans l’un ou l’autre fuseau."""
        instant = datetime.combine(le, self.hasard.choice(_HEURES), PARIS)
        return instant.astimezone(UTC) if self.hasard.random() < 0.5 else instant

    def arrive(self, pourcent: float) -> bool:
        return self.hasard.random() * 100 < pourcent

    def apres(self, le: date, au_plus: int) -> date:
        """Un jour plus tard, souvent au bord d’un mois."""
        jour = le + timedelta(days=self.hasard.randint(0, au_plus))
        if self.arrive(30):
            bord = min((b for b in _BORDS if b >= le), default=jour)
            jour = bord - timedelta(days=self.hasard.randint(0, 1))
        return min(max(jour, le), LE.date() - timedelta(days=1))


def des_vies(graine: int, personnes: int) -> list[Document]:
    """Des vies au hasard, rectifications comprises, telles qu’on les dit : dans le désordre.

    Un fait sur dix est redit.
    """
    conteur = Conteur(graine)
    for _ in range(personnes):
        personne = conteur.uuid()
        for _ in range(1 + conteur.arrive(15)):
            _vivre(conteur, personne)
    _se_tromper(conteur)
    dits = conteur.dits + conteur.hasard.sample(conteur.dits, len(conteur.dits) // 10)
    conteur.hasard.shuffle(dits)
    return dits


_PUBLICS = ["DE_INFRA_BAC", "JEUNE_INFRA_26", "QPV", "RSA", "SORTANT_ASE"]
_NATURES = [
    *["TERME_ATTEINT"] * 6, *["ABANDON"] * 3, "EXCLUSION", "INTERRUPTION_OF", "TRANSFERT",
    "NON_COMMUNIQUE", "DECES",
]  # fmt: skip
_RESULTATS = ["TOTALE", "TOTALE", "PARTIELLE", "ECHEC", "ABSENT_JURY", "NON_COMMUNIQUE"]
_CONTRATS = ["CDI", "CDD_1_A_6_MOIS", "CDD_MOINS_1_MOIS", "INTERIM", "PEC", "NON_COMMUNIQUE"]
_MOTIFS = ["RETOUR_EMPLOI", "ABANDON_DU_PROJET", "AUTRE", "NON_COMMUNIQUE"]


def _vivre(conteur: Conteur, personne: UUID) -> None:
    hasard, parcours = conteur.hasard, conteur.uuid()
    le = conteur.apres(date(2024, 1, 1), 900)
    if conteur.arrive(95):  # otherwise nobody has said yet that it is open
        publics = hasard.sample(_PUBLICS, hasard.randint(0, 2))
        conteur.ouvrir(parcours, conteur.moment(le), personne, *publics)
    for _ in range(hasard.randint(1, 3)):
        le = _traverser(conteur, parcours, le)
    if conteur.arrive(60):
        _travailler(conteur, parcours, conteur.apres(le - timedelta(days=20), 300))


def _traverser(conteur: Conteur, parcours: UUID, le: date) -> date:
    """Une étape, plus ou moins entière ; le jour où l’on pense à la suivante."""
    hasard, etape = conteur.hasard, conteur.uuid()
    dire = {"parcours": parcours}
    suite = {"etape_id": str(etape)}
    if conteur.arrive(95):
        nature = hasard.choice(["CERTIFIANT", "CERTIFIANT", "PREPARATOIRE", "NON_COMMUNIQUE"])
        axe = hasard.choice([1, 2, None])
        conteur.orienter(parcours, etape, conteur.moment(le), nature, axe=axe)
    if conteur.arrive(20):
        return le
    entree = conteur.apres(le, hasard.choice([30, 430]))
    for _ in range(1 + conteur.arrive(5)):  # said by two bodies
        plan = hasard.choice([True, True, False, None])
        conteur.dire(ENTREE, le=conteur.moment(entree), nouveau_plan=plan, **dire, **suite)
    le = conteur.apres(entree, 120)
    if conteur.arrive(20):
        conteur.dire(SUSPENSION, le=conteur.moment(le), motif="MALADIE", **dire, **suite)
        le = conteur.apres(le, 60)
        if conteur.arrive(60):
            conteur.dire(REPRISE, le=conteur.moment(le), **dire, **suite)
            le = conteur.apres(le, 60)
    nature = hasard.choice(_NATURES)
    if nature == "ABANDON" and conteur.arrive(80):
        motif = hasard.choice(_MOTIFS)
        conteur.dire(ABANDON, le=conteur.moment(le), motif=motif, **dire, **suite)
    if conteur.arrive(90):
        for _ in range(1 + conteur.arrive(4)):  # a conflict
            conteur.dire(SORTIE, le=conteur.moment(le), nature=nature, **dire, **suite)
    for _ in range(hasard.choice([0, 1, 1, 2])):
        jury = conteur.moment(conteur.apres(le - timedelta(days=5), 220))
        resultat = hasard.choice(_RESULTATS)
        conteur.dire(JURY, le=jury, resultat=resultat, **dire, **suite)
    if conteur.arrive(10):
        _travailler(conteur, parcours, le - timedelta(days=3))
    return conteur.apres(le - timedelta(days=10), hasard.choice([3, 60]))


def _travailler(conteur: Conteur, parcours: UUID, le: date) -> None:
    hasard = conteur.hasard
    duree = hasard.choice([None, 10, 27, 28, 29, 30, 31, 200])
    conteur.dire(
        EMPLOI,
        parcours,
        conteur.moment(le),
        CAP_EMPLOI,
        type_contrat=hasard.choice(_CONTRATS),
        fin_le=None if duree is None else (le + timedelta(days=duree)).isoformat(),
        heures_hebdo=hasard.choice([None, 5.0, 18.0, 18.5, 35.0]),
    )


def _se_tromper(conteur: Conteur) -> None:
    for dit in list(conteur.dits):
        le = LE - timedelta(days=conteur.hasard.randint(1, 40))
        if conteur.arrive(6):
            deplace = datetime.fromisoformat(dit["time"]) + timedelta(
                days=conteur.hasard.randint(-9, 9)
            )
            correction = conteur.corriger(dit, le, time=min(deplace, le).isoformat())
            if conteur.arrive(30):
                conteur.corriger(dit, le - timedelta(days=1), time=le.isoformat())
            if conteur.arrive(20):
                conteur.annuler(correction, le)
        if conteur.arrive(4) and dit["type"].endswith("sortie_effective.v1"):
            conteur.corriger(dit, le, nature=conteur.hasard.choice(_NATURES))
        if conteur.arrive(4):
            annulation = conteur.annuler(dit, le)
            if conteur.arrive(30):
                conteur.annuler(annulation, le)


_CIBLES = {"DE_INFRA_BAC": 70, "JEUNE_INFRA_26": 30, "QPV": 20, "RSA": 17, "SORTANT_ASE": 3}


def des_parcours(graine: int, nombre: int, jusqu_au: datetime = LE) -> list[Document]:
    """Des parcours ordinaires, ouverts ces trente derniers mois."""
    conteur = Conteur(graine)
    for _ in range(nombre):
        le = jusqu_au.date() - timedelta(days=conteur.hasard.randrange(915))
        parcours = conteur.uuid()
        publics = [public for public, part in _CIBLES.items() if conteur.arrive(part)]
        conteur.ouvrir(parcours, le, None, *publics)
        nature = conteur.hasard.choice(["PREPARATOIRE", "PREPARATOIRE", "CERTIFIANT"])
        while sortie := _suivre(conteur, parcours, le, nature):
            if nature == "PREPARATOIRE" and conteur.arrive(75):
                le, nature = sortie, conteur.hasard.choice(["CERTIFIANT", "PROFESSIONNALISANT"])
            else:
                _embaucher(conteur, parcours, sortie)
                break
    return [dit for dit in conteur.dits if datetime.fromisoformat(dit["time"]) < jusqu_au]


def _suivre(conteur: Conteur, parcours: UUID, le: date, nature: str) -> date | None:
    """Une étape, de la prescription à la sortie ; `None` si la personne n’y entre pas."""
    hasard, etape = conteur.hasard, conteur.uuid()
    conteur.orienter(parcours, etape, le, nature, axe=1 if nature == "PREPARATOIRE" else 2)
    if conteur.arrive(18):
        return None
    suite = {"parcours": parcours, "etape_id": str(etape)}
    entree = le + timedelta(days=hasard.randint(3, 60))
    conteur.dire(ENTREE, le=entree, nouveau_plan=True if conteur.arrive(97) else None, **suite)
    sortie = entree + timedelta(days=hasard.randint(30, 130))
    issue = "TERME_ATTEINT" if conteur.arrive(82) else "ABANDON"
    if issue == "ABANDON":
        motif = hasard.choice(["RETOUR_EMPLOI", "RAISON_MATERIELLE", "ABANDON_DU_PROJET", "AUTRE"])
        qualification = hasard.choice(["EMPLOYE_QUALIFIE", "EMPLOYE_NON_QUALIFIE", "MANOEUVRE"])
        conteur.dire(ABANDON, le=sortie, motif=motif, qualification=qualification, **suite)
    conteur.dire(SORTIE, le=sortie, nature=issue, **suite)
    if nature == "CERTIFIANT" and issue == "TERME_ATTEINT" and conteur.arrive(93):
        resultat = hasard.choice(["TOTALE", "TOTALE", "TOTALE", "PARTIELLE", "ECHEC"])
        jury = sortie + timedelta(days=hasard.randint(5, 90))
        conteur.dire(JURY, le=jury, resultat=resultat, **suite)
    return sortie


def _embaucher(conteur: Conteur, parcours: UUID, sortie: date) -> None:
    if conteur.arrive(62):
        le = sortie + timedelta(days=int(conteur.hasard.triangular(2, 300, 60)))
        contrat = conteur.hasard.choice(["CDI", "CDD_6_MOIS_ET_PLUS", "CDD_1_A_6_MOIS"])
        conteur.dire(EMPLOI, parcours, le, CAP_EMPLOI, type_contrat=contrat, heures_hebdo=35.0)


def records(dits: Iterable[Document], depuis: datetime = LE) -> list[Record]:
    """Ces faits tels que le journal les fait connaître, une seconde après l’autre."""
    positions = dict.fromkeys(range(log.P), 0)
    lus = []
    for rang, dit in enumerate(dits):
        stream = UUID(dit["subject"])
        partition = log.partition_of(stream)
        positions[partition] += 1
        lus.append(
            Record(
                partition=partition,
                position=positions[partition],
                source=dit["source"],
                id=dit["id"],
                type=dit["type"],
                stream=stream,
                recorded_at=depuis + timedelta(seconds=rang),
                traceparent=None,
                value=json.dumps(dit),
            )
        )
    return lus


async def faire_lire(db: AsyncEngine, dits: Sequence[Document], par: int = 500) -> None:
    """Par paquets, comme le fait le consommateur."""
    lus = records(dits)
    for rang in range(0, len(lus), par):
        async with db.begin() as tx:
            await projections.suivre(tx, lus[rang : rang + par])


async def lire_dans(url: str, dits: Sequence[Document]) -> None:
    """Le même, dans une base que personne d’autre n’a ouverte."""
    db = engine(url)
    await faire_lire(db, dits)
    await db.dispose()
