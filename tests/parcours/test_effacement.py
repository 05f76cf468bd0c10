"""Une personne effacée ne se retrouve nulle part : ni dans les bases, ni au dehors."""

import subprocess
from collections.abc import Iterable
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from secrets import token_hex
from typing import Any

import aiohttp
from sqlalchemy import text

from deploy.embedded.postgresql import BIN
from deploy.embedded.stack import Stack
from deploy.prepare import SERVICES
from kit.clock import PARIS
from kit.db import engine
from tests.parcours.acteurs import Acteurs, attendre

CONSEIL, COMITE = "Mission locale des Deux-Rives", "Comité passerelle"
BASES = (*SERVICES, "acces")
PREMIER_JOUR = datetime(2026, 1, 12, 9, tzinfo=PARIS)
AU_DEHORS = ("kafka", "journaux", "zipkin")
LIGNES = text(
    "select md5(string_agg(e::text, '' order by partition, position)) from log.entry e"
    " where stream = :parcours"
)


class Personne:
    """Quelqu’un dont chaque texte planté est unique, et les parcours de ces textes."""

    def __init__(self, acteurs: Acteurs, refusee: dict[str, Any]) -> None:
        self.acteurs, self.session, self.chez = acteurs, refusee, refusee["chez"]
        self.plants = {
            ou: f"plante-{ou}-{token_hex(8)}"
            for ou in ("nom", "prenom", "commune", "diagnostic", "fait", "bilan", "motivation")
        }

    def dire(self, identifiant: str, diagnostic: str) -> dict[str, Any]:
        return self.acteurs.fait(
            self.chez,
            "positionnement.refus_argumente",
            identifiant,
            self.parcours,
            PREMIER_JOUR + timedelta(days=20),
            etape_id=self.etape,
            diagnostic=f"Un texte confié : {diagnostic}.",
            sans_alternative="AUTRE",
        )

    async def vivre(self) -> None:
        """Une identité, un refus décidé ici, un autre rapporté, une saisine et sa décision."""
        demander, plants = self.acteurs.demander, self.plants
        identite = {nom: plants[nom] for nom in ("nom", "prenom", "commune")}
        declaree = await demander(CONSEIL, "orientation", "/v1/beneficiaires", **identite)
        self.id = declaree["beneficiaire_id"]
        ouvert = await demander(
            CONSEIL, "orientation", "/v1/parcours", beneficiaire_id=self.id, objectif="Soudeuse"
        )
        self.parcours = ouvert["parcours_id"]
        chemin = f"/v1/parcours/{self.parcours}"
        prescrite = await demander(
            CONSEIL, "orientation", f"{chemin}/orientations", type_etape="CERTIFIANT"
        )
        self.etape = prescrite["etape_id"]
        place = await demander(
            CONSEIL,
            "orientation",
            f"{chemin}/positionnements",
            etape_id=self.etape,
            session_id=self.session["session_id"],
        )
        await demander(
            self.chez,
            "orientation",
            f"/v1/positionnements/{place['positionnement_id']}/refus",
            motif="FREIN_SANTE",
            diagnostic=f"Un texte confié : {plants['diagnostic']}.",
            sans_alternative="AUTRE",
        )
        self.fait = self.dire(f"fait-{token_hex(8)}", plants["fait"])
        assert await self.acteurs.dire(self.chez, self.fait) == 201
        saisine = await demander(
            CONSEIL,
            "passerelle",
            "/v1/saisines",
            parcours_id=self.parcours,
            etape_id=self.etape,
            etape_visee={},
            comite=self.acteurs.organisme(COMITE),
            bilan=f"Un texte confié : {plants['bilan']}.",
        )
        await demander(
            COMITE,
            "passerelle",
            f"/v1/saisines/{saisine['saisine_id']}/decision",
            decision="VALIDEE",
            motivation=f"Un texte confié : {plants['motivation']}.",
            quorum={"presents": 4, "membres": 6},
        )
        self.saisine = saisine["saisine_id"]

    async def chronologie(self) -> int:
        """Combien d’événements le suivi en montre ; aucun tant qu’il n’a rien appris d’elle."""
        chemin = f"/v1/parcours/{self.parcours}/chronologie"
        statut, lue = await self.acteurs.appeler("GET", CONSEIL, "suivi", chemin)
        return 0 if statut == HTTPStatus.NOT_FOUND else len(lue["evenements"])


async def test_une_personne_effacee_ne_se_retrouve_nulle_part(pile: Stack):
    async with Acteurs(pile) as acteurs:
        refusee, _ = await acteurs.deux_sessions()
        personne = Personne(acteurs, refusee)
        await personne.vivre()
        # ouverte, orientée, positionnée, refusée deux fois, saisine, décision
        assert await attendre(personne.chronologie, lambda combien: combien == 7) == 7
        plants = set(personne.plants.values())
        avant = await _journaux(pile, personne.parcours)

        # The search can find: each text where it is kept, and nowhere else; what does travel, too.
        trouves = await _chercher(pile, {*plants, personne.parcours})
        assert plants <= trouves["bases"]
        assert personne.parcours in trouves["bases"] & trouves["kafka"]
        assert {ou: trouves[ou] & plants for ou in AU_DEHORS} == {ou: set() for ou in AU_DEHORS}

        await acteurs.demander(
            CONSEIL,
            "orientation",
            f"/v1/beneficiaires/{personne.id}/effacement",
            motif="DEMANDE_DE_LA_PERSONNE",
        )

        async def restent() -> set[str]:
            return set(_dans_les_bases(pile, plants))

        assert await attendre(restent, lambda restes: not restes) == set()
        _ranger(pile)
        assert await _chercher(pile, plants) == {ou: set() for ou in trouves}
        assert await _journaux(pile, personne.parcours) == avant
        await _verifier_les_portes(acteurs, personne)


async def _verifier_les_portes(acteurs: Acteurs, personne: Personne) -> None:
    """Le même envoi est un doublon, un nouveau et toute lecture sont 410, ailleurs comme ici."""
    nouveau = personne.dire(f"nouveau-{token_hex(8)}", "rien")
    autre_texte = {**personne.fait, "data": {**personne.fait["data"], "motif": "DOUBLON"}}
    nature = "application/cloudevents+json"
    reponses = {}
    for nom, fait in (("même", personne.fait), ("autre", autre_texte), ("nouveau", nouveau)):
        for _ in range(2):  # the second time, the door knows before it writes
            statut, corps = await acteurs.appeler(
                "POST", personne.chez, "suivi", "/v1/evenements", fait, nature=nature
            )
            reponses[nom] = (statut, corps.get("resultat") or corps["code"])
    assert reponses == {
        "même": (200, "doublon"),
        "autre": (200, "doublon"),  # nothing is left to compare it with
        "nouveau": (410, "PARCOURS_EFFACE"),
    }
    for service, chemin, code in (
        ("suivi", f"/v1/parcours/{personne.parcours}", "PARCOURS_EFFACE"),
        ("suivi", f"/v1/parcours/{personne.parcours}/evenements/1", "PARCOURS_EFFACE"),
        ("orientation", f"/v1/parcours/{personne.parcours}", "PARCOURS_EFFACE"),
        ("orientation", f"/v1/beneficiaires/{personne.id}", "PERSONNE_EFFACEE"),
        ("passerelle", f"/v1/saisines/{personne.saisine}", "PARCOURS_EFFACE"),
    ):
        statut, corps = await acteurs.appeler("GET", CONSEIL, service, chemin)
        assert (statut, corps["code"]) == (410, code), chemin
    statut, _ = await acteurs.appeler(
        "GET",
        personne.chez,
        "suivi",
        f"/v1/confidences/{personne.fait['source']}/{personne.fait['id']}",
    )
    assert statut == 404
    for chemin, corps in (
        (f"/v1/parcours/{personne.parcours}/orientations", {}),
        (f"/v1/beneficiaires/{personne.id}/effacement", {}),
        ("/v1/parcours", {"beneficiaire_id": personne.id, "objectif": "Soudeuse"}),
    ):
        statut, _ = await acteurs.appeler("POST", CONSEIL, "orientation", chemin, corps)
        assert statut == 410, chemin


async def _chercher(pile: Stack, textes: set[str]) -> dict[str, set[str]]:
    """Ceux de ces textes que l’on trouve, lieu par lieu.

    `bases` : ce que dirait une sauvegarde logique de chaque base. `postgresql` : les fichiers de
    données eux-mêmes, sans le journal d’écriture (WAL), qui garde ce qui s’écrivait jusqu’à ce que
    PostgreSQL le recycle.
    """
    racine = pile.run.parent / ".data"
    return {
        "bases": set(_dans_les_bases(pile, textes)),
        "postgresql": set(_dans_les_fichiers(_tables(racine / "postgresql"), textes)),
        "kafka": set(_dans_les_fichiers((racine / "kafka").rglob("*.log"), textes)),
        "journaux": set(_dans_les_fichiers((pile.run / "log").rglob("*"), textes)),
        "zipkin": set(_dans([await _zipkin(pile)], textes)),
    }


def _dans_les_bases(pile: Stack, textes: set[str]) -> Iterable[str]:
    return _dans((_outil(pile, base, "pg_dump") for base in BASES), textes)


def _tables(dossier: Path) -> Iterable[Path]:
    return dossier.rglob("base/*/*")


def _dans_les_fichiers(fichiers: Iterable[Path], textes: set[str]) -> Iterable[str]:
    return _dans((f.read_bytes() for f in fichiers if f.is_file()), textes)


def _dans(contenus: Iterable[bytes], textes: set[str]) -> Iterable[str]:
    return (t for contenu in contenus for t in textes if t.encode() in contenu)


async def _zipkin(pile: Stack) -> bytes:
    """Toutes les traces, une fois que celles d’orientation, envoyées par lots, sont arrivées."""

    async def lire() -> bytes:
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"{pile.zipkin.url}/api/v2/traces?limit=100000&lookback=86400000") as reponse,
        ):
            return await reponse.read()

    traces = await attendre(lire, lambda lues: b"orientation" in lues)
    assert b"orientation" in traces, "la recherche voit les traces"
    return traces


def _ranger(pile: Stack) -> None:
    """Ce que PostgreSQL fait de lui-même en son temps : rendre la place des lignes retirées."""
    for base, *tables in (
        ("orientation", "beneficiaires", "confidential.text"),
        ("suivi", "confidential.text"),
        ("passerelle", "confidential.text"),
    ):
        for table in tables:
            _outil(pile, base, "psql", "--command", f"vacuum (full, analyze) {table}")


def _outil(pile: Stack, base: str, nom: str, *options: str) -> bytes:
    """Ce que répond un outil de PostgreSQL devant cette base."""
    url = pile.postgresql.database_url(base).replace("+asyncpg", "")
    command = [BIN / nom, *options, "--dbname", url]
    return subprocess.run(command, capture_output=True, check=True).stdout


async def _journaux(pile: Stack, parcours: str) -> list[str]:
    """L’empreinte de ce que chaque journal dit de ce parcours ; chacun est sans défaut."""
    empreintes = []
    for base in ("orientation", "inscription", "passerelle", "suivi"):
        db = engine(pile.postgresql.database_url(base), pool=1)
        async with db.connect() as tx:
            empreintes.append(str(await tx.scalar(LIGNES, {"parcours": parcours})))
            assert await tx.scalar(text("select count(*) from log.verify()")) == 0, base
        await db.dispose()
    return empreintes
