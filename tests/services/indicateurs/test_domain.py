"""Ce qui est vrai des chiffres, sans base : maturité, secret, quantiles, tendance, trajectoire."""

from collections import Counter
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicateurs import domain
from indicateurs.domain import INDICATEURS, Cohorte, Point
from indicateurs.queries import cible
from kit.errors import Invalid
from tests.services.indicateurs import oracle

MARS = date(2026, 3, 1)


def un_point(
    numerateur: int, denominateur: int, mois: date = MARS, *, mur: bool = True, **details: int
) -> Point:
    return Point(mois, mois, numerateur, denominateur, 0, mur, details)


def une_serie(*comptes: tuple[int, int], murs: int = 99) -> list[Point]:
    """Un point par mois depuis mars, les premiers mûrs."""
    return [
        un_point(n, d, domain.mois_suivant(MARS, rang), mur=rang < murs)
        for rang, (n, d) in enumerate(comptes)
    ]


@pytest.mark.parametrize(
    ("nom", "mur_le"),
    [
        ("taux_abandon", date(2026, 5, 16)),  # 45 days after the last of March
        ("delai_entre_etapes", date(2026, 6, 15)),
        ("acces_emploi_6m", date(2026, 11, 15)),
        ("taux_acces_12m", date(2027, 5, 16)),
    ],
)
def test_une_cohorte_est_mure_quand_son_horizon_et_45_jours_sont_passes(nom: str, mur_le: date):
    assert INDICATEURS[nom].mur_le(MARS) == mur_le


@pytest.mark.parametrize(
    ("le", "mois"), [(date(2026, 5, 15), date(2026, 2, 1)), (date(2026, 5, 16), MARS)]
)
def test_le_tableau_de_bord_s_arrete_au_dernier_mois_mur(le: date, mois: date):
    assert domain.dernier_mois_mur(le) == mois


def test_une_periode_ne_finit_pas_avant_de_commencer():
    with pytest.raises(Invalid) as refus:
        Cohorte(date(2026, 4, 1), MARS)

    assert [faute.code for faute in refus.value.errors] == ["PERIODE_INVERSEE"]


@pytest.mark.parametrize(
    "ecrit", ["2026-13", "2026-3", "mars", "1999-01", "2026-03-01", "2026-03\n"]
)
def test_un_mois_s_ecrit_annee_et_mois(ecrit: str):
    with pytest.raises(Invalid) as refus:
        domain.mois_ecrit(ecrit, "fin")

    assert [(faute.code, faute.pointer) for faute in refus.value.errors] == [
        ("FORMAT_MOIS", "?fin")
    ]


@pytest.mark.parametrize(
    ("cases", "tues"),
    [
        ([30, 40, 50], [False, False, False]),
        ([19, 40, 50], [True, True, False]),  # the smallest other one goes too
        ([12, 13, 50], [True, True, False]),  # two, whose sum tells nothing under 20
        ([5, 6, 50, 60], [True, True, True, False]),  # two whose sum would
        ([5, 0, 50], [True, False, True]),  # nobody is designated by nobody
        ([5], [True]),
        ([0, 0], [False, False]),
    ],
)
def test_une_case_de_moins_de_vingt_est_tue_et_la_difference_ne_la_dit_pas(
    cases: list[int], tues: list[bool]
):
    assert domain.masquer(cases) == tues


@given(st.lists(st.integers(0, 60), max_size=8))
def test_ce_qui_est_tu_ne_se_retrouve_pas_par_soustraction(cases: list[int]):
    tues = domain.masquer(cases)

    cachees = [case for case, tue in zip(cases, tues, strict=True) if tue]
    montrees = [case for case, tue in zip(cases, tues, strict=True) if not tue]
    assert not any(0 < case < domain.SECRET for case in montrees)
    assert not cachees or sum(cachees) >= domain.SECRET or not any(montrees)
    assert len(cachees) != 1 or not any(montrees)


def test_un_croisement_tait_les_petits_groupes_puis_les_petites_cases():
    effectifs = {
        "A": Counter(x=40, y=19, z=50),
        "B": Counter(x=5, y=5),
        "C": Counter(x=30, y=25),
    }

    a, c, b = domain.publier(effectifs, ["x", "y", "z"], exclusifs=False)

    assert (a.cases, a.somme) == ([None, None, 50], 109)
    assert (c.cases, c.somme) == ([30, 25, 0], 55)
    assert (b.cases, b.somme) == ([None, None, None], None)


def test_des_groupes_qui_s_additionnent_ne_se_trahissent_pas():
    effectifs = {"A": Counter(x=60), "B": Counter(x=5), "C": Counter(x=30)}

    rangees = domain.publier(effectifs, ["x"], exclusifs=True)

    assert [(r.groupe, r.somme) for r in rangees] == [("A", 60), ("C", None), ("B", None)]


def attentes(*jours: int, en_cours: tuple[int, ...] = ()) -> Counter[tuple[int, bool]]:
    return Counter([(j, True) for j in jours] + [(j, False) for j in en_cours])


def test_sans_attente_en_cours_les_quantiles_sont_ceux_que_l_on_lit():
    dix = attentes(*range(1, 11))

    assert [domain.quantile(dix, part) for part in domain.QUANTILES.values()] == [5, 8, 9]


def test_qui_attend_encore_retarde_la_mediane_sans_l_empecher():
    # Kaplan-Meier by hand: 4/5, then 2/4 of it: 0.4 at day 20.
    assert domain.quantile(attentes(10, 20, 20, en_cours=(15, 30)), Fraction(1, 2)) == 20


def test_une_mediane_que_la_moitie_n_atteint_pas_n_en_est_pas_une():
    assert domain.quantile(attentes(10, en_cours=(30, 40)), Fraction(1, 2)) is None
    assert domain.quantile(attentes(), Fraction(1, 2)) is None


@given(
    st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=25),
    st.sampled_from([Fraction(1, 2), Fraction(3, 4), Fraction(9, 10)]),
)
def test_les_quantiles_sont_ceux_de_kaplan_meier(liste: list[tuple[int, bool]], part: Fraction):
    lignes = [oracle.Ligne(MARS, compte=False, jours=j, finie=finie) for j, finie in liste]

    assert domain.quantile(Counter(liste), part) == oracle.quantile(lignes, part)


def test_un_taux_qui_bouge_peu_ne_conclut_rien():
    assert domain.tendance(une_serie((10, 50), (12, 50), (11, 50), (13, 50))) == 0


def test_un_taux_qui_bouge_beaucoup_dit_de_combien():
    serie = une_serie((10, 50), (10, 50), (30, 50), (30, 50), (50, 50), murs=4)

    assert domain.tendance(serie) == pytest.approx(0.4)


@pytest.mark.parametrize("comptes", [[], [(10, 50)], [(1, 19), (10, 50)]])
def test_trop_peu_ne_conclut_pas(comptes: list[tuple[int, int]]):
    assert domain.tendance(une_serie(*comptes)) is None


def test_une_courbe_prend_la_maille_ou_le_secret_tait_le_moins():
    assert domain.mailler(une_serie(*[(5, 25)] * 6))[0] == 1

    pas, points = domain.mailler(une_serie(*[(2, 9)] * 8, murs=6))

    assert pas == 3
    assert [(p.denominateur, p.mur) for p in points] == [(27, True), (27, True), (18, False)]
    assert domain.tus(points) == [False, False, True]


@pytest.mark.parametrize(
    ("annee", "nombre", "du_pacte"), [(2019, 26034, 2019), (2022, 31810, 2022), (2026, 31810, 2022)]
)
def test_la_cible_est_celle_du_pacte_puis_son_dernier_niveau_reconduit(
    annee: int, nombre: int, du_pacte: int
):
    trouvee = cible("aes_realisees", annee)

    assert trouvee is not None
    assert (trouvee.nombre, trouvee.annee) == (nombre, du_pacte)


def test_avant_le_pacte_il_n_y_a_pas_de_cible():
    assert cible("parcours_engages", 2018) is None


def test_l_annee_se_compare_a_sa_cible_aux_mois_passes():
    janvier = date(2026, 1, 1)
    serie = [un_point(n, n + 5, domain.mois_suivant(janvier, n)) for n in range(12)]

    avancement = domain.avancer(serie, domain.Cible(1200, 2022), date(2026, 4, 1))

    assert list(avancement.cumul) == [0, 1, 3]
    assert avancement.attendu == 300
    assert avancement.au_rythme_actuel == 12
    assert avancement.cohorte == Cohorte(janvier, MARS)
    assert avancement.entrees == 5 + 6 + 7


def test_en_janvier_rien_ne_se_compare_encore():
    serie = une_serie(*[(1, 1)] * 3)

    avancement = domain.avancer(serie, domain.Cible(1200, 2022), date(2026, 3, 31))

    assert (list(avancement.cumul), avancement.attendu) == ([], None)
