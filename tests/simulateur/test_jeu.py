"""Les vies que l’on joue : vraisemblables, et les mêmes pour une même graine."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from deploy.embedded.jars import HERE
from simulateur import jeu, offre, vies
from simulateur.client import Organisation, Pile
from simulateur.monde import Monde
from simulateur.remarquables import REMARQUABLES
from simulateur.vies import Vie

MAINTENANT = datetime(2026, 11, 25, 12, tzinfo=UTC)
PILE = Pile(
    {},
    [
        Organisation(une["nom"], une["role"], f"urn:siret:{une['siret']}", "cle")
        for une in json.loads((HERE / "organisations.json").read_text("utf-8"))
    ],
)


def un_monde(maintenant: datetime = MAINTENANT) -> Monde:
    return Monde(PILE, offre.sessions(PILE, maintenant.date()), maintenant)


@pytest.fixture(scope="module")
def trois_cents() -> list[Vie]:
    return jeu.imaginer(un_monde(), graine=1, nombre=300)


def dits(les_vies: list[Vie]) -> list[tuple[object, ...]]:
    return [
        (vie.personne.nom, geste.nom, geste.le, geste.qui.nom, str(geste.data))
        for vie in les_vies
        for geste in vie.gestes
    ]


def test_une_graine_donne_toujours_les_memes_vies(trois_cents: list[Vie]):
    encore = jeu.imaginer(un_monde(), graine=1, nombre=300)
    autres = jeu.imaginer(un_monde(), graine=2, nombre=300)

    assert dits(encore) == dits(trois_cents)
    assert dits(autres) != dits(trois_cents)


def test_tout_ce_qui_peut_arriver_arrive(trois_cents: list[Vie]):
    joues = Counter(geste.nom for vie in trois_cents for geste in vie.gestes)

    assert set(joues) == {
        valeur for nom, valeur in vars(vies).items() if nom.isupper() and isinstance(valeur, str)
    }
    assert {vie.libelle for vie in trois_cents} == {"", *REMARQUABLES}


def test_rien_n_arrive_avant_l_heure_ni_apres_aujourd_hui(trois_cents: list[Vie]):
    for vie in trois_cents:
        assert max(geste.le for geste in vie.gestes) <= MAINTENANT
        for geste in vie.gestes:
            if geste.cible:
                assert geste.cible in vie.gestes
                assert geste.cible.le < geste.le


def test_des_cohortes_sont_mures_pour_chaque_horizon(trois_cents: list[Vie]):
    mur_depuis = MAINTENANT - timedelta(days=13 * 31 + 45)
    anciens = Counter(
        geste.nom for vie in trois_cents for geste in vie.gestes if geste.le < mur_depuis
    )

    assert anciens[vies.ORIENTATION] >= 20
    assert anciens[vies.SORTIE] >= 20


def test_une_session_garde_son_identifiant_et_ses_dates_d_un_jour_sur_l_autre():
    hier, demain = un_monde(), un_monde(MAINTENANT + timedelta(days=40))

    dates = {session.id: session.debut_le for session in hier.offre}
    communes = [session for session in demain.offre if session.id in dates]
    assert len(hier.offre) >= 40
    assert len(communes) >= len(hier.offre) - 5
    assert all(dates[session.id] == session.debut_le for session in communes)


def test_les_organismes_du_decor_sont_ceux_des_formations():
    assert {session.organisme.role for session in un_monde().offre} == {"organisme_formation"}
    assert {s.organisme for s in un_monde().offre} == set(PILE.de_role("organisme_formation"))
