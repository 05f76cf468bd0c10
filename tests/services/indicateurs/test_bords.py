"""Au bord de chaque règle, d’un côté puis de l’autre : un fait à la main, un chiffre."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from indicateurs import queries
from indicateurs.domain import INDICATEURS, Cohorte
from kit.clock import PARIS
from kit.db import engine
from tests.services.indicateurs.journal import (
    ABANDON,
    EMPLOI,
    ENTREE,
    JURY,
    LE,
    REPRISE,
    SORTIE,
    SUSPENSION,
    Conteur,
    Document,
    faire_lire,
)

TOUT = Cohorte(date(2024, 1, 1), date(2026, 11, 1))


class Histoire:
    """Une personne et ses étapes, nommées comme on veut."""

    def __init__(self, db: AsyncEngine) -> None:
        self._db = db
        self.conteur = Conteur(uuid4().hex)  # the base is shared: nobody else says this
        self.parcours, self.personne = self.conteur.uuid(), self.conteur.uuid()
        self._etapes: dict[str, UUID] = {}
        self.conteur.ouvrir(self.parcours, date(2024, 1, 2), self.personne)

    def etape(self, nom: str) -> UUID:
        return self._etapes.setdefault(nom, self.conteur.uuid())

    def orienter(self, nom: str, le: date | datetime, nature: str = "CERTIFIANT") -> Document:
        return self.conteur.orienter(self.parcours, self.etape(nom), le, nature)

    def dire(self, fait: str, nom: str, le: date | datetime, **data: Any) -> Document:
        etape = str(self.etape(nom))
        return self.conteur.dire(fait, self.parcours, le, etape_id=etape, **data)

    def sortir(self, nom: str, le: date | datetime, nature: str = "TERME_ATTEINT") -> Document:
        return self.dire(SORTIE, nom, le, nature=nature)

    def travailler(self, le: date | datetime, **data: Any) -> Document:
        return self.conteur.dire(EMPLOI, self.parcours, le, **{"type_contrat": "CDI"} | data)

    async def ligne(self, nom: str, dit: Document, le: datetime = LE) -> Any:
        """Ce que cet événement est pour cet indicateur ; rien, s’il n’y compte pas."""
        await faire_lire(self._db, self.conteur.dits)
        _chiffre, lues = await queries.evenements(self._db, INDICATEURS[nom], TOUT, le)
        return next((x for x in lues if (x.source, x.id) == (dit["source"], dit["id"])), None)


@pytest.fixture
async def histoire(bases: Callable[[str], str]) -> AsyncIterator[Histoire]:
    db = engine(bases("indicateurs"))
    yield Histoire(db)
    await db.dispose()


def a_paris(*instant: int) -> datetime:
    return datetime(*instant, tzinfo=PARIS)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("entree", "compte"),
    [
        (date(2024, 2, 28), False),  # the day before
        (date(2024, 2, 29), True),
        (a_paris(2025, 2, 28, 23, 59, 59), True),
        (a_paris(2025, 3, 1, 0, 0), False),
        (datetime(2025, 2, 28, 23, 0, tzinfo=UTC), False),  # already March in Paris
    ],
)
async def test_l_acces_va_du_jour_de_l_orientation_a_la_fin_du_douzieme_mois(
    histoire: Histoire, entree: date, *, compte: bool
):
    orientation = histoire.orienter("A", date(2024, 2, 29))
    histoire.dire(ENTREE, "A", entree)

    ligne = await histoire.ligne("taux_acces_12m", orientation)

    assert (ligne.le, ligne.compte) == (date(2024, 2, 29), compte)


async def test_seule_la_premiere_orientation_de_la_personne_fait_sa_cohorte(histoire: Histoire):
    seconde = histoire.orienter("B", date(2025, 6, 1))
    premiere = histoire.orienter("A", date(2025, 5, 1))

    assert await histoire.ligne("taux_acces_3m", premiere)
    assert await histoire.ligne("taux_acces_3m", seconde) is None


async def test_qui_decede_avant_d_entrer_n_est_pas_compte(histoire: Histoire):
    orientation = histoire.orienter("A", date(2025, 5, 1))
    histoire.sortir("A", date(2025, 5, 20), "DECES")

    assert await histoire.ligne("taux_acces_3m", orientation) is None


@pytest.mark.parametrize(
    ("debut", "compte", "inconnu"),
    [
        (date(2025, 1, 2), False, False),  # the month of the exit: known, not counted
        (a_paris(2025, 1, 31, 23, 59), False, False),
        (a_paris(2025, 2, 1, 0, 0), True, False),
        (date(2025, 7, 31), True, False),
        (date(2025, 8, 1), False, True),
        (date(2024, 12, 31), False, True),
    ],
)
async def test_le_retour_a_l_emploi_commence_du_mois_suivant_a_la_fin_du_sixieme(
    histoire: Histoire, debut: date, *, compte: bool, inconnu: bool
):
    sortie = histoire.sortir("A", date(2025, 1, 31))
    histoire.travailler(debut)

    ligne = await histoire.ligne("acces_emploi_6m", sortie)

    assert (ligne.compte, ligne.inconnu) == (compte, inconnu)


@pytest.mark.parametrize(
    ("contrat", "heures", "fin_le", "compte"),
    [
        ("CDD_MOINS_1_MOIS", 18.0, None, False),  # 78 hours a month, no more
        ("CDD_MOINS_1_MOIS", 18.5, None, True),
        ("INTERIM", None, "2025-03-30", False),
        ("INTERIM", None, "2025-03-31", True),  # from the 1st to the 31st: a month
        ("NON_COMMUNIQUE", None, None, False),
        ("CDD_INSERTION", None, None, True),  # four months at least, by law
    ],
)
async def test_un_travail_compte_par_ses_heures_ou_sa_duree(
    histoire: Histoire, contrat: str, heures: float | None, fin_le: str | None, *, compte: bool
):
    sortie = histoire.sortir("A", date(2025, 2, 10))
    debut = date(2025, 3, 1)
    histoire.travailler(debut, type_contrat=contrat, heures_hebdo=heures, fin_le=fin_le)

    ligne = await histoire.ligne("acces_emploi_6m", sortie)

    assert (ligne.compte, ligne.inconnu) == (compte, False)


async def test_une_personne_compte_une_fois_a_la_derniere_sortie_du_parcours(histoire: Histoire):
    premiere, derniere = (
        histoire.sortir("A", date(2025, 1, 9)),
        histoire.sortir("B", date(2025, 4, 9)),
    )

    assert await histoire.ligne("acces_emploi_6m", premiere) is None
    assert await histoire.ligne("acces_emploi_6m", derniere)


async def test_qui_reprend_une_formation_n_est_pas_inconnu(histoire: Histoire):
    sortie = histoire.sortir("A", date(2025, 1, 9))
    histoire.dire(ENTREE, "B", date(2025, 3, 9))

    ligne = await histoire.ligne("acces_emploi_6m", sortie)

    assert (ligne.compte, ligne.inconnu) == (False, False)


@pytest.mark.parametrize(("jury", "compte"), [(date(2025, 2, 28), True), (date(2025, 3, 1), False)])
async def test_le_jury_compte_six_mois_apres_la_sortie_au_plus(
    histoire: Histoire, jury: date, *, compte: bool
):
    histoire.orienter("A", date(2024, 3, 1))
    sortie = histoire.sortir("A", date(2024, 8, 31))
    histoire.dire(JURY, "A", jury, resultat="TOTALE")

    ligne = await histoire.ligne("taux_certification_net", sortie)

    assert (ligne.compte, ligne.inconnu) == (compte, not compte)


@pytest.mark.parametrize(("nature", "inconnu"), [("TERME_ATTEINT", True), ("ABANDON", False)])
async def test_sans_jury_un_abandon_n_est_pas_une_certification_inconnue(
    histoire: Histoire, nature: str, *, inconnu: bool
):
    histoire.orienter("A", date(2024, 3, 1))
    sortie = histoire.sortir("A", date(2024, 8, 31), nature)

    ligne = await histoire.ligne("taux_certification_net", sortie)

    assert (ligne.compte, ligne.inconnu) == (False, inconnu)


async def test_seule_une_etape_certifiante_se_certifie(histoire: Histoire):
    histoire.orienter("A", date(2024, 3, 1), "PREPARATOIRE")
    sortie = histoire.sortir("A", date(2024, 8, 31))

    assert await histoire.ligne("taux_certification_net", sortie) is None


@pytest.mark.parametrize(
    ("nature", "compte", "inconnu"),
    [
        ("ABANDON", True, False),
        ("EXCLUSION", True, False),
        ("INTERRUPTION_OF", False, False),
        ("TRANSFERT", False, False),
        ("TERME_ANTICIPE_REUSSITE", False, False),
        ("NON_COMMUNIQUE", False, True),
    ],
)
async def test_un_abandon_est_une_sortie_de_cette_nature(
    histoire: Histoire, nature: str, *, compte: bool, inconnu: bool
):
    sortie = histoire.sortir("A", date(2025, 3, 1), nature)

    ligne = await histoire.ligne("taux_abandon", sortie)

    assert (ligne.compte, ligne.inconnu) == (compte, inconnu)


async def test_une_suspension_n_est_pas_un_abandon_ni_un_abandon_dit_sans_sortie(
    histoire: Histoire,
):
    histoire.dire(ENTREE, "A", date(2025, 1, 6))
    suspension = histoire.dire(SUSPENSION, "A", date(2025, 2, 3), motif="MALADIE")
    abandon = histoire.dire(ABANDON, "A", date(2025, 3, 3), motif="AUTRE")

    assert await histoire.ligne("taux_abandon", suspension) is None
    assert await histoire.ligne("taux_abandon", abandon) is None


@pytest.mark.parametrize(
    ("entree", "jours", "compte"),
    [(date(2025, 1, 31), 0, True), (date(2025, 3, 2), 30, True), (date(2025, 3, 3), 31, False)],
)
async def test_l_attente_se_compte_en_jours_civils(
    histoire: Histoire, entree: date, jours: int, *, compte: bool
):
    sortie = histoire.sortir("A", a_paris(2025, 1, 31, 23, 59))
    histoire.dire(ENTREE, "B", entree)

    ligne = await histoire.ligne("delai_entre_etapes", sortie)

    assert (ligne.jours, ligne.finie, ligne.compte, ligne.inconnu) == (jours, True, compte, False)


async def test_qui_est_deja_entre_dans_la_suivante_n_attend_pas(histoire: Histoire):
    histoire.dire(ENTREE, "A", date(2024, 9, 2))
    histoire.dire(ENTREE, "B", date(2025, 1, 20))
    sortie = histoire.sortir("A", date(2025, 1, 31))

    ligne = await histoire.ligne("delai_entre_etapes", sortie)

    assert (ligne.jours, ligne.finie, ligne.compte) == (0, True, True)


async def test_une_etape_que_personne_n_a_dite_finie_n_est_pas_la_suivante(histoire: Histoire):
    histoire.dire(ENTREE, "A", date(2024, 2, 5))
    histoire.dire(ENTREE, "B", date(2024, 9, 2))
    sortie = histoire.sortir("B", date(2025, 1, 31))

    assert await histoire.ligne("delai_entre_etapes", sortie) is None
    assert (await histoire.ligne("coutures_ouvertes", sortie)).compte


async def test_une_suspension_n_est_pas_une_attente(histoire: Histoire):
    histoire.dire(ENTREE, "B", date(2024, 9, 2))
    histoire.dire(SUSPENSION, "B", date(2025, 1, 25), motif="MALADIE")
    histoire.dire(REPRISE, "B", date(2025, 2, 10))
    histoire.dire(ENTREE, "A", date(2024, 10, 7))
    sortie = histoire.sortir("A", date(2025, 1, 31))
    histoire.sortir("B", date(2025, 2, 12))
    histoire.dire(ENTREE, "C", date(2025, 3, 12))

    ligne = await histoire.ligne("delai_entre_etapes", sortie)

    assert (ligne.jours, ligne.compte) == (40 - 10, True)


@pytest.mark.parametrize(
    ("lu_le", "jours", "inconnu", "ouverte"),
    [
        (a_paris(2025, 3, 1, 12, 0), 29, True, (False, True)),
        (a_paris(2025, 3, 2, 12, 0), 30, False, (True, False)),
    ],
)
async def test_avant_trente_jours_l_attente_ne_dit_encore_rien(
    histoire: Histoire, lu_le: datetime, jours: int, ouverte: tuple[bool, bool], *, inconnu: bool
):
    sortie = histoire.sortir("A", date(2025, 1, 31))
    histoire.orienter("B", date(2025, 4, 1))

    ligne = await histoire.ligne("delai_entre_etapes", sortie, lu_le)
    couture = await histoire.ligne("coutures_ouvertes", sortie, lu_le)

    assert (ligne.jours, ligne.finie, ligne.compte, ligne.inconnu) == (jours, False, False, inconnu)
    assert (couture.compte, couture.inconnu) == ouverte


@pytest.mark.parametrize(
    ("travail", "jours", "inconnu"),
    [
        (date(2025, 1, 28), 0, True),  # the job is why one left
        (date(2025, 3, 1), 29, True),
        (date(2025, 3, 2), 30, False),
    ],
)
async def test_qui_trouve_un_travail_n_attend_plus(
    histoire: Histoire, travail: date, jours: int, *, inconnu: bool
):
    sortie = histoire.sortir("A", date(2025, 1, 31))
    histoire.travailler(travail)
    histoire.dire(ENTREE, "B", date(2025, 6, 2))

    ligne = await histoire.ligne("delai_entre_etapes", sortie)

    assert (ligne.jours, ligne.finie, ligne.inconnu) == (jours, False, inconnu)


@pytest.mark.parametrize(
    ("suite", "ouverte"),
    [
        ({}, True),
        ({"prescrite": date(2025, 3, 2)}, False),
        ({"prescrite": date(2025, 3, 3)}, True),
        ({"entree": date(2025, 3, 2)}, False),
        ({"entree": date(2025, 3, 3)}, True),
        ({"travail": date(2025, 3, 2)}, False),
        ({"travail": date(2025, 3, 3)}, True),
    ],
)
async def test_une_couture_s_ouvre_quand_rien_ne_suit_en_trente_jours(
    histoire: Histoire, suite: dict[str, date], *, ouverte: bool
):
    sortie = histoire.sortir("A", date(2025, 1, 31))
    if "prescrite" in suite:
        histoire.orienter("B", suite["prescrite"])
    if "entree" in suite:
        histoire.dire(ENTREE, "B", suite["entree"])
    if "travail" in suite:
        histoire.travailler(suite["travail"])

    ligne = await histoire.ligne("coutures_ouvertes", sortie)

    assert (ligne.compte, ligne.inconnu) == (ouverte, False)


async def test_une_prescription_plus_ancienne_que_l_etape_n_est_pas_sa_suite(histoire: Histoire):
    histoire.orienter("refusee", date(2024, 2, 1))
    histoire.orienter("A", date(2024, 3, 1))
    sortie = histoire.sortir("A", date(2025, 1, 31))

    assert await histoire.ligne("delai_entre_etapes", sortie) is None


async def test_un_deces_n_attend_rien(histoire: Histoire):
    sortie = histoire.sortir("A", date(2025, 1, 31), "DECES")
    histoire.dire(ENTREE, "B", date(2025, 2, 3))

    assert await histoire.ligne("delai_entre_etapes", sortie) is None
    assert await histoire.ligne("coutures_ouvertes", sortie) is None


@pytest.mark.parametrize(
    ("dits", "compte", "inconnu"),
    [
        ([True], True, False),
        ([False], False, False),
        ([None], False, True),
        ([None, True], True, False),
    ],
)
async def test_une_entree_ouvre_un_plan_si_l_un_de_ceux_qui_la_disent_le_dit(
    histoire: Histoire, dits: list[bool | None], *, compte: bool, inconnu: bool
):
    entrees = [
        histoire.dire(ENTREE, "A", date(2025, 2, jour), nouveau_plan=dit)
        for jour, dit in enumerate(dits, 3)
    ]

    ligne = await histoire.ligne("aes_realisees", entrees[0])

    assert (ligne.compte, ligne.inconnu) == (compte, inconnu)


async def test_un_parcours_s_engage_a_sa_premiere_entree(histoire: Histoire):
    seconde = histoire.dire(ENTREE, "B", date(2025, 6, 2))
    premiere = histoire.dire(ENTREE, "A", date(2025, 2, 3))

    assert (await histoire.ligne("parcours_engages", premiere)).compte
    assert not (await histoire.ligne("parcours_engages", seconde)).compte
