"""Qui peut lire, refait du journal pendant qu’on y écrit ; et ce que la commande en dit."""

import asyncio
import sys
from http import HTTPStatus
from uuid import UUID

import pytest
from sqlalchemy import text

from deploy import rebuild as commande
from kit.rebuild import rebuilding
from kit.settings import Settings
from suivi import projections
from tests.services.suivi.conftest import Partenaire, Suivi

INTRUS = "insert into designations (parcours, par, organisation) values ('{}', null, '{}')"


async def lit(par: Partenaire, parcours_id: UUID) -> bool:
    reponse = await par.http.get(f"/v1/parcours/{parcours_id}")
    return reponse.status_code == HTTPStatus.OK


async def abimer(suivi: Suivi, requete: str) -> None:
    async with suivi.app.state.db.begin() as tx:
        await tx.execute(text(requete))


async def test_un_droit_perdu_revient_un_droit_invente_disparait_et_l_on_ecrit_pendant_ce_temps(
    suivi: Suivi, settings: Settings, mission_locale: Partenaire, organisme: Partenaire
):
    perdu, invente = [await suivi.ouvrir(mission_locale) for _ in range(2)]
    await abimer(suivi, f"delete from designations where parcours = '{perdu}'")
    await abimer(suivi, INTRUS.format(invente, organisme.organisation.id))
    assert not await lit(mission_locale, perdu)
    assert await lit(organisme, invente)

    [droits] = projections.reconstructibles(settings)
    async with rebuilding(settings.database_url, droits) as rebuild:
        await rebuild.build(lambda _evenements: None)
        ecart = await rebuild.compare()
        venu = await suivi.ouvrir(mission_locale)
        _, autre = await asyncio.gather(rebuild.replace(), suivi.ouvrir(mission_locale))

    assert [tuple(table) for table in ecart.tables] == [
        ("parcours", 0, 0, 0),
        ("designations", 1, 1, 0),
    ]
    assert [await lit(mission_locale, un) for un in (perdu, invente, venu, autre)] == [True] * 4
    assert not await lit(organisme, invente)


async def test_la_commande_dit_ce_qui_change_et_ne_remplace_que_si_on_le_veut(
    suivi: Suivi,
    settings: Settings,
    mission_locale: Partenaire,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    for nom in ("service_key", "platform_key"):
        monkeypatch.setenv(f"SC_{nom.upper()}", getattr(settings, nom).get_secret_value())
    for nom, valeur in settings.model_dump(mode="json", exclude={"webhook_networks"}).items():
        if valeur is not None and not nom.endswith("_key"):
            monkeypatch.setenv(f"SC_{nom.upper()}", str(valeur))
    parcours = await suivi.ouvrir(mission_locale)
    await abimer(suivi, "delete from designations")

    def commander(*arguments: str) -> tuple[str, object]:
        monkeypatch.setattr(sys, "argv", ["rebuild", *arguments])
        refus: object = None
        try:
            commande.main()
        except SystemExit as fini:
            refus = fini.code
        return capsys.readouterr().out.replace("\u00a0", " "), refus

    liste, _ = await asyncio.to_thread(commander, "suivi")
    dit, refus = await asyncio.to_thread(commander, "suivi", "droits")
    assert not await lit(mission_locale, parcours)
    remplace, accepte = await asyncio.to_thread(commander, "suivi", "droits", "--oui")
    rien, _ = await asyncio.to_thread(commander, "suivi", "droits")

    assert "suivi droits : parcours, designations" in liste
    assert "1 événement en " in dit
    assert "par seconde" in dit
    assert str(refus).startswith("Rien n’est remplacé.")
    assert "Remplacé d’un coup : 0 ligne en moins, 1 en plus" in remplace
    assert accepte is None
    assert await lit(mission_locale, parcours)
    assert "Rien ne diffère" in rien
