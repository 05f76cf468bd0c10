"""Dire une histoire dans un ordre tiré au sort, et la lire sans ce que l’ordre a nommé."""

import json
import re
from random import Random
from uuid import UUID

from kit.ids import short_code
from tests.parcours.acteurs import Acteurs, attendre
from tests.parcours.gestes import CONSEIL, Donnees, Geste

AU = "2024-12-01"
REDITS = 0.2


class Deroule:
    """L’histoire dite une fois, dans un ordre tiré au sort."""

    def __init__(self, acteurs: Acteurs, gestes: dict[str, Geste], hasard: Random) -> None:
        self._acteurs = acteurs
        self._gestes = gestes
        self._hasard = hasard
        self._commandes = self._choisir_les_portes()
        self._faits = [nom for nom in gestes if nom not in self._commandes]
        marque = f"{hasard.getrandbits(64):016x}"
        # What each event is called: the same rank in every order, so that ties fall alike.
        self._ecrits = {
            nom: {
                "source": acteurs.de(gestes[nom].qui)["source"],
                "id": f"{rang:02d}-{marque}",
            }
            for rang, nom in enumerate(gestes)
            if nom in self._faits
        }
        self._en_main: Donnees = dict(self._ecrits)
        if "orientation" in self._faits:
            self._en_main["etape"] = str(UUID(int=hasard.getrandbits(128), version=4))

    async def dire(self, ouverture: Geste) -> None:
        """Ouvrir, puis tout le reste dans un ordre que les commandes permettent."""
        await self._demander("ouverture", ouverture)
        redits = [nom for nom in self._faits if self._hasard.random() < REDITS]
        restent = [*self._gestes, *redits]
        while restent:
            nom = self._hasard.choice([un for un in restent if self._possible(un)])
            restent.remove(nom)
            if nom in self._commandes:
                await self._demander(nom, self._gestes[nom])
            else:
                await self._acteurs.dire(self._gestes[nom].qui, self._fait(nom))

    async def lire(self) -> str:
        """Ce qu’on répond du parcours, sans les noms que cet ordre-ci a donnés aux choses."""
        chemin = f"/v1/parcours/{self._en_main['parcours']}?au={AU}"
        nombre = len(self._gestes) + 1

        async def texte() -> str:
            return (await self._acteurs.texte(CONSEIL, "suivi", chemin))[1]

        lu = await attendre(texte, lambda lu: json.loads(lu).get("version") == nombre)
        for nom, ecrit in self._ecrits.items():
            reference = '{{"source":"{source}","id":"{id}"}}'.format(**ecrit)
            lu = lu.replace(reference, f'"<{nom}>"')
        parcours = UUID(self._en_main["parcours"])
        for nom, valeur in {**self._en_main, "code": short_code(parcours, "P")}.items():
            if isinstance(valeur, str):
                lu = lu.replace(valeur, f"<{nom}>")
        return re.sub(r'"(connu_le":"[^"]*"|enregistre_le":"[^"]*"|version":\d+)', "", lu)

    def _choisir_les_portes(self) -> set[str]:
        """Ce qui sera commandé ; le reste est rapporté."""
        commandes: set[str] = set()
        for nom, geste in self._gestes.items():
            connu = not geste.suit or geste.suit in commandes
            seule = geste.commande is not None and geste.au_fait is None
            if seule or (geste.commande and connu and self._hasard.random() < 0.5):
                commandes.add(nom)
        return commandes

    def _possible(self, nom: str) -> bool:
        geste = self._gestes[nom]
        if nom in self._commandes:
            return geste.commande is not None and geste.commande.requis in self._en_main
        return "etape_id" not in geste.data | (geste.au_fait or {}) or "etape" in self._en_main

    async def _demander(self, nom: str, geste: Geste) -> None:
        commande = geste.commande
        assert commande is not None
        recu = await self._acteurs.demander(
            geste.qui,
            commande.service,
            commande.chemin.format(**self._en_main),
            **self._remplir(geste.data),
            survenu_le=geste.le.isoformat(),
        )
        membre, nom_en_main = commande.cree
        if membre:
            self._en_main[nom_en_main] = recu[membre]
        self._ecrits[nom] = recu["evenement"]

    def _fait(self, nom: str) -> Donnees:
        geste = self._gestes[nom]
        return self._acteurs.fait(
            geste.qui,
            geste.nom,
            self._ecrits[nom]["id"],
            self._en_main["parcours"],
            geste.le,
            **self._remplir(geste.data | (geste.au_fait or {})),
        )

    def _remplir(self, data: Donnees) -> Donnees:
        """Mettre ce que l’on a en main à la place de son nom."""
        return {
            nom: self._en_main[valeur[1:-1]]
            if isinstance(valeur, str) and valeur.startswith("{")
            else valeur
            for nom, valeur in data.items()
        }
