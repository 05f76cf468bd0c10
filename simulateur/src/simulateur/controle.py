"""Attendre que tout soit visible, et vérifier que les services disent la vérité."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from simulateur.client import Client, Refuse
from simulateur.dits import Reference
from simulateur.monde import Monde
from simulateur.offre import DEPUIS_MOIS
from simulateur.parties import Partie
from simulateur.verite import Comptes, Verite

DELAI = 120  # seconds, on a machine that does much else
PAUSE = 0.2


class Different(Exception):  # noqa: N818 - what is told, in a sentence
    """Les services ne disent pas ce qui a été joué."""


@dataclass(frozen=True)
class Chiffre:
    """Un indicateur, sur les seules personnes jouées : attendu et trouvé."""

    libelle: str
    attendus: Comptes
    trouves: Comptes
    somme: bool  # the figure is the sum of the events that it lists, these and others

    @property
    def juste(self) -> bool:
        return self.somme and self.attendus == self.trouves


async def attendre_les_parcours(
    client: Client, monde: Monde, parties: Sequence[Partie], avancer: Callable[[int], None]
) -> dict[Partie, Verite]:
    """Attendre que chaque parcours se lise, chez qui l’a ouvert, dans l’état attendu."""
    verites = {partie: Verite(partie.dits, monde.aujourd_hui) for partie in parties}
    fin = time.monotonic() + DELAI
    restent = list(parties)
    while True:
        vus = await asyncio.gather(*(_lire(client, partie) for partie in restent))
        attendus = [_attendu(verites[partie]) for partie in restent]
        avancer(sum(vu == attendu for vu, attendu in zip(vus, attendus, strict=True)))
        faux = [
            (partie, vu, attendu)
            for partie, vu, attendu in zip(restent, vus, attendus, strict=True)
            if vu != attendu
        ]
        if not faux:
            return verites
        partie, vu, attendu = faux[0]
        if time.monotonic() > fin or (vu and vu["version"] >= attendu["version"]):
            phrase = f"{len(faux)} parcours ne se lisent pas comme ils ont été joués. "
            raise Different(f"{phrase}{partie.code} : {attendu} attendu, {vu} trouvé.")
        restent = [partie for partie, _, _ in faux]
        await asyncio.sleep(PAUSE)


async def attendre_les_chiffres(
    client: Client, monde: Monde, verites: Mapping[Partie, Verite]
) -> list[Chiffre]:
    """Les chiffres, dès qu’ils sont tous justes, ou tels qu’ils sont au bout du délai.

    Les parcours joués une autre fois comptent aussi : on ne regarde que les événements d’ici, et
    que chaque nombre est bien celui de ses événements.
    """
    attendus: dict[str, Comptes] = {}
    for verite in verites.values():
        for nom, comptes in verite.comptes().items():
            attendus.setdefault(nom, {}).update(comptes)
    ici = {dit.reference for partie in verites for dit in partie.dits}
    fin = time.monotonic() + DELAI
    while True:
        chiffres = [
            await _trouver(client, monde, nom, ici, comptes) for nom, comptes in attendus.items()
        ]
        if all(chiffre.juste for chiffre in chiffres) or time.monotonic() > fin:
            return chiffres
        await asyncio.sleep(PAUSE)


async def _lire(client: Client, partie: Partie) -> dict[str, Any] | None:
    try:
        vu = await client.lire(partie.vie.conseiller, "suivi", f"/v1/parcours/{partie.parcours_id}")
    except Refuse as refus:
        if refus.statut == HTTPStatus.NOT_FOUND:  # not opened yet, for the one who reads
            return None
        raise
    return {nom: vu[nom] for nom in ("version", "etat", "en_conflit")}


def _attendu(verite: Verite) -> dict[str, Any]:
    return {"version": verite.nombre, "etat": verite.etat, "en_conflit": verite.en_conflit}


async def _trouver(
    client: Client,
    monde: Monde,
    nom: str,
    ici: set[Reference],
    attendus: Comptes,
) -> Chiffre:
    [region] = monde.pile.de_role("region")
    debut = monde.aujourd_hui - timedelta(days=(DEPUIS_MOIS + 2) * 30)
    periode = f"?debut={debut:%Y-%m}&fin={monde.aujourd_hui:%Y-%m}"
    chiffre = await client.lire(region, "indicateurs", f"/v1/indicateurs/{nom}{periode}")
    lignes = await client.lire(region, "indicateurs", chiffre["evenements"])
    comptes = {Reference(ligne["source"], ligne["id"]): ligne["compte"] for ligne in lignes}
    return Chiffre(
        libelle=chiffre["libelle"],
        attendus=attendus,
        trouves={reference: un for reference, un in comptes.items() if reference in ici},
        somme=(chiffre["numerateur"], chiffre["denominateur"]) == compter(comptes),
    )


def compter(comptes: Comptes) -> tuple[int, int]:
    """Numérateur et dénominateur."""
    return sum(comptes.values()), len(comptes)
