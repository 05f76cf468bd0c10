"""Un type a deux versions : la porte prend l’une et l’autre, et garde celle qui est postée."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from kit import log
from tests.services.suivi.conftest import Partenaire, Suivi

LE = "2026-03-17T14:00:00+01:00"
V1 = "fr.sanscouture.positionnement.refus_argumente.v1"
V2 = "fr.sanscouture.positionnement.refus_argumente.v2"
DIAGNOSTIC = "Le projet est à confirmer par une immersion avant l’entrée."


def un_refus(par: Partenaire, parcours_id: UUID, type_: str, **alternative: Any) -> dict[str, Any]:
    fait = par.fait(
        "positionnement.refus_argumente",
        parcours_id,
        LE,
        motif="PROJET_A_CONSOLIDER",
        diagnostic=DIAGNOSTIC,
        alternatives=[{"type": "IMMERSION", **alternative}],
    )
    return fait | {"type": type_}


async def test_les_deux_versions_se_postent_et_restent_comme_elles_sont_postees(
    suivi: Suivi, mission_locale: Partenaire, organisme: Partenaire
):
    siret = {"siret": organisme.source.removeprefix("urn:siret:")}
    parcours_id = await suivi.ouvrir(
        mission_locale, referent={"role": "SECURISATION_OF", "organisme": siret}
    )
    ancien = un_refus(organisme, parcours_id, V1, organisme=siret)
    nouveau = un_refus(organisme, parcours_id, V2, employeur=siret)

    recus = [await organisme.dire(fait) for fait in (ancien, nouveau)]
    redits = [await organisme.dire(fait) for fait in (ancien, nouveau)]
    autrement = await organisme.dire(nouveau | {"id": ancien["id"]})

    assert [r.status_code for r in recus] == [201, 201], [r.text for r in recus]
    assert [r.json()["resultat"] for r in redits] == ["doublon", "doublon"]
    assert autrement.status_code == 409
    async with suivi.app.state.db.connect() as tx:
        entrees = await log.read(tx, parcours_id)
        gardees = await tx.scalar(
            text("select count(*) from confidential.text where stream = :s"), {"s": parcours_id}
        )
    assert [entree.type for entree in entrees[1:]] == [V1, V2]
    assert '"employeur"' not in entrees[1].body
    assert gardees == 2

    chronologie = await organisme.http.get(f"/v1/parcours/{parcours_id}/chronologie")
    en_entier = await organisme.http.get(f"/v1/parcours/{parcours_id}/evenements/2")
    etat = await organisme.http.get(f"/v1/parcours/{parcours_id}")
    dits = {ligne["id"]: ligne for ligne in chronologie.json()["evenements"]}
    assert dits[ancien["id"]]["type"] == en_entier.json()["type"] == V1
    assert dits[nouveau["id"]]["type"] == V2
    assert {dits[ancien["id"]]["libelle"], dits[nouveau["id"]]["libelle"]} == {"Refus argumenté"}
    assert en_entier.json()["data"]["alternatives"] == [{"type": "IMMERSION", "organisme": siret}]
    assert etat.json()["etapes"][0]["etat"] == "REFUSEE"


async def test_la_v2_ne_prend_que_ce_qui_est_de_la_sorte_de_l_alternative(organisme: Partenaire):
    reponse = await organisme.dire(
        un_refus(organisme, uuid4(), V2, organisme={"siret": "99900060700013"})
    )

    assert reponse.status_code == 422
    [faute] = reponse.json()["erreurs"]
    assert (faute["code"], faute["pointeur"]) == ("CHAMP_INCONNU", "/data/alternatives/0/organisme")


async def test_ce_qui_manque_a_une_alternative_est_dit_a_son_emetteur(organisme: Partenaire):
    reponse = await organisme.dire(un_refus(organisme, uuid4(), V2))

    assert reponse.status_code == 201
    assert {m["pointeur"] for m in reponse.json()["a_completer"]} == {
        "/data/alternatives/0/employeur"
    }


async def test_le_catalogue_dit_les_deux_versions_et_laquelle_ecrire(organisme: Partenaire):
    types = {t["type"]: t for t in (await organisme.http.get("/v1/types")).json()}
    schema = (await organisme.http.get(f"/v1/types/{V1}")).json()

    assert types[V1]["remplace_par"] == V2
    assert types[V2]["remplace_par"] is None
    assert schema["deprecated"] is True
