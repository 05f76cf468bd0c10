"""Ce qui diffère entre deux lectures : l’événement, son auteur, ses deux dates, et pourquoi."""

from datetime import date, datetime

from contracts.base import Evenement
from contracts.lecture import Ecart, NatureEcart, Relecture, ecarts, lire_parcours
from tests.contracts.faits import (
    ETRANGER,
    ORGANISME,
    REFERENT,
    Donnee,
    annulation,
    contestation,
    correction,
    entree,
    le,
    orientation,
    ouverture,
)

NOMS = {ORGANISME: "Compétences Pilat", REFERENT: "Mission locale"}


def su(evenement: Evenement, quand: datetime) -> Evenement:
    return evenement.model_copy(update={"recordedtime": quand})


ENTREE = su(entree(le(6), heures_prevues=480), le(15, heure=9))
ENTREE_DITE = (
    "« Entrée effective » (survenu le 6 mars 2026, dit par Compétences Pilat, "
    "enregistré le 15 mars 2026 à 09:00)"
)
SOCLE = [su(ouverture(), le(1)), su(orientation(le(1), intitule="Soudage"), le(1))]
SOIR = {"heure": 23, "minute": 59}


def differe(*journal: Evenement, de: tuple[int, int], a: tuple[int, int]) -> list[Ecart]:
    """De la lecture `de` = (au, connu le) à la lecture `a`, en jours de mars."""

    def relecture(au: int, connu: int) -> Relecture:
        soir = le(connu, **SOIR).replace(second=59, microsecond=999_999)
        connus = [e for e in tout if e.recordedtime and e.recordedtime <= soir]
        return Relecture(lire_parcours(connus, date(2026, 3, au)), soir)

    tout = [*SOCLE, *journal]
    return ecarts(relecture(*de), relecture(*a), tout, lambda urn: NOMS.get(str(urn), "?"))


def dites(nature: NatureEcart, *journal: Evenement, **lectures: Donnee) -> list[str]:
    return [e.phrase for e in differe(*journal, **lectures) if e.nature is nature]


def test_deux_lectures_pareilles_ne_different_en_rien():
    assert differe(ENTREE, de=(10, 20), a=(10, 25)) == []


def test_un_evenement_seulement_pas_encore_connu():
    assert dites(NatureEcart.COMPTE_EN_PLUS, ENTREE, de=(10, 14), a=(10, 15)) == [
        f"{ENTREE_DITE} compte en plus : il n’était pas encore connu le 14 mars 2026."
    ]


def test_un_evenement_seulement_posterieur():
    assert dites(NatureEcart.COMPTE_EN_PLUS, ENTREE, de=(5, 15), a=(6, 15)) == [
        f"{ENTREE_DITE} compte en plus : il est postérieur au 5 mars 2026."
    ]
    assert dites(NatureEcart.NE_COMPTE_PLUS, ENTREE, de=(6, 15), a=(5, 15)) == [
        f"{ENTREE_DITE} ne compte plus : il est postérieur au 5 mars 2026."
    ]


def test_un_evenement_posterieur_et_pas_encore_connu():
    assert dites(NatureEcart.COMPTE_EN_PLUS, ENTREE, de=(5, 14), a=(6, 15)) == [
        (
            f"{ENTREE_DITE} compte en plus : "
            "il n’était pas encore connu le 14 mars 2026, et est postérieur au 5 mars 2026."
        )
    ]


def test_un_evenement_corrige_dit_quels_champs_et_par_qui():
    corrige = su(
        correction(ENTREE, {"/data/heures_prevues": 400}, le(20), par=REFERENT), le(21, heure=8)
    )

    assert dites(NatureEcart.CHANGE, ENTREE, *SOCLE, corrige, de=(10, 20), a=(10, 21)) == [
        (
            f"{ENTREE_DITE} dit autre chose : heures prévues, 400 au lieu de 480. "
            "La correction (survenue le 20 mars 2026, dite par Mission locale, "
            "enregistrée le 21 mars 2026 à 08:00) compte en plus : "
            "elle n’était pas encore connue le 20 mars 2026."
        )
    ]


def test_une_correction_annulee_ne_compte_plus():
    corrige = su(correction(ENTREE, {"/data/heures_prevues": 400}, le(20)), le(20))
    retrait = su(annulation(corrige, le(21)), le(21))
    (phrase,) = dites(NatureEcart.CHANGE, ENTREE, corrige, retrait, de=(10, 20), a=(10, 21))

    assert "heures prévues, 480 au lieu de 400. La correction (" in phrase
    assert "ne compte plus : elle est annulée par l’annulation (survenue le 21 mars 2026" in phrase


def test_une_correction_corrigee_dit_par_laquelle():
    premiere = su(correction(ENTREE, {"/data/heures_prevues": 400}, le(20)), le(20))
    champs = {"/data/champs": {"/data/heures_prevues": 420}}
    seconde = su(correction(premiere, champs, le(21)), le(21))
    (phrase,) = dites(NatureEcart.CHANGE, ENTREE, premiere, seconde, de=(10, 20), a=(10, 21))

    assert "heures prévues, 420 au lieu de 400. La correction (survenue le 21 mars 2026" in phrase


def test_corriger_une_date_peut_faire_sortir_l_evenement_de_la_lecture():
    corrige = su(correction(ENTREE, {"/time": le(12).isoformat()}, le(20)), le(20))

    assert dites(NatureEcart.NE_COMPTE_PLUS, ENTREE, corrige, de=(10, 19), a=(10, 20)) == [
        (
            f"{ENTREE_DITE} ne compte plus : il est daté du 12 mars 2026, après le 10 mars 2026 ; "
            "la correction (survenue le 20 mars 2026, dite par Compétences Pilat, "
            "enregistrée le 20 mars 2026 à 12:00) compte en plus : "
            "elle n’était pas encore connue le 19 mars 2026."
        )
    ]


def test_une_correction_d_heure_dit_les_heures():
    corrige = su(correction(ENTREE, {"/time": le(6, heure=14).isoformat()}, le(20)), le(20))
    (phrase,) = dites(NatureEcart.CHANGE, ENTREE, corrige, de=(10, 19), a=(10, 20))

    assert "date, 6 mars 2026 à 14:00 au lieu de 6 mars 2026 à 12:00" in phrase


def test_un_evenement_annule_dit_par_quelle_annulation():
    retrait = su(annulation(ENTREE, le(20)), le(21))

    assert dites(NatureEcart.NE_COMPTE_PLUS, ENTREE, retrait, de=(10, 20), a=(10, 21)) == [
        (
            f"{ENTREE_DITE} ne compte plus : il est annulé par l’annulation "
            "(survenue le 20 mars 2026, dite par Compétences Pilat, "
            "enregistrée le 21 mars 2026 à 12:00), qui n’était pas encore connue le 20 mars 2026."
        )
    ]


def test_un_evenement_retabli_dit_qui_l_avait_annule_et_qui_le_retablit():
    retrait = su(annulation(ENTREE, le(20)), le(20))
    retour = su(annulation(retrait, le(21), par=REFERENT), le(21))
    (phrase,) = dites(NatureEcart.COMPTE_EN_PLUS, ENTREE, retrait, retour, de=(10, 20), a=(10, 21))

    assert "il était annulé par l’annulation (survenue le 20 mars 2026, dite par Comp" in phrase
    assert "qui est annulée par l’annulation (survenue le 21 mars 2026, dite par Miss" in phrase


def test_l_etat_dit_par_quel_evenement_il_est_pose():
    retrait = su(annulation(ENTREE, le(20)), le(20))

    assert dites(NatureEcart.PARCOURS, ENTREE, retrait, de=(10, 19), a=(10, 20)) == [
        "Le parcours est « Ouvert » au lieu de « En formation »."
    ]
    assert dites(NatureEcart.ETAPE, ENTREE, retrait, de=(10, 19), a=(10, 20)) == [
        (
            "L’étape « Soudage » est « Orientée » depuis le 1er mars 2026, d’après « Orientation "
            "prononcée » (survenu le 1er mars 2026, dit par Compétences Pilat, enregistré le "
            "1er mars 2026 à 12:00), au lieu de « En formation » depuis le 6 mars 2026, d’après "
            f"{ENTREE_DITE}."
        ),
        (
            "L’étape « Soudage » change : entrée, non dit au lieu de 6 mars 2026 ; "
            "heures prévues, non dit au lieu de 480."
        ),
    ]


def test_une_anomalie_de_plus_nomme_son_evenement():
    conteste = su(contestation(ENTREE, le(20), motif="DATE_INEXACTE"), le(20))
    (ecart,) = differe(ENTREE, conteste, de=(10, 19), a=(10, 20))

    assert ecart.nature is NatureEcart.ANOMALIE
    assert ecart.phrase == (
        f"Une anomalie de plus, sur {ENTREE_DITE} : « Entrée effective » est contesté : date "
        "inexacte. Il compte tel qu’il est dit, tant que nul n’a répondu."
    )
    assert ecart.evenements == (ENTREE.reference, conteste.reference)


def test_une_annulation_non_habilitee_ne_change_que_l_anomalie():
    tentative = su(annulation(ENTREE, le(20), par=ETRANGER), le(20))

    assert [e.nature for e in differe(ENTREE, tentative, de=(10, 19), a=(10, 20))] == [
        NatureEcart.ANOMALIE
    ]
