"""Jouer une vie : chaque geste par la porte qu’il a, commande ou fait."""

from typing import Any
from uuid import UUID, uuid4

from kit.ids import short_code
from simulateur import vies
from simulateur.client import Client
from simulateur.dits import Dit, Reference
from simulateur.envois import Envois, Fait
from simulateur.vies import Etape, Geste, Vie

_VERBES = {
    vies.ORIENTATION: "orientation",
    vies.DEMANDE: "positionnement",
    vies.AVIS: "avis",
    vies.REFUS: "refus",
    vies.ENTREE: "entree",
    vies.SUSPENSION: "suspension",
    vies.ATTESTATION: "attestation",
    vies.REPRISE: "reprise",
    vies.ABANDON: "abandon",
    vies.SORTIE: "sortie",
    vies.CERTIFICATION: "jury",
    vies.EMPLOI: "emploi",
    vies.CORRECTION: "correction",
    vies.ANNULATION: "annulation",
}
_SERVICES = {
    "orientation": "orientation",
    "positionnement": "orientation",
    "inscription": "inscription",
    "passerelle": "passerelle",
}


class Partie:
    """Une vie en train d’être jouée, et ce qui en a été dit."""

    parcours_id: str

    def __init__(self, vie: Vie, client: Client, envois: Envois) -> None:
        self.vie = vie
        self.dits: list[Dit] = []
        self._client = client
        self._envois = envois
        self._etapes: dict[Etape, str] = {}
        self._positionnements: dict[Etape, str] = {}
        self._reservations: dict[Etape, str] = {}
        self._saisines: dict[Etape, str] = {}
        self._facons = {
            etape: vie.tirer({"etape": 60, "session": 25, "dossier": 15})
            for etape in dict.fromkeys(geste.etape for geste in vie.gestes if geste.etape)
        }

    @property
    def code(self) -> str:
        return short_code(UUID(self.parcours_id), "P")

    async def jouer(self) -> None:
        """Les commandes dans l’ordre ; les faits dès que l’on sait de quoi ils parlent."""
        commandes = [geste for geste in self.vie.gestes if self.vie.commande(geste)]
        prescrites = {geste.etape for geste in commandes if geste.nom == vies.ORIENTATION}
        for geste in commandes:
            await self._commander(geste)
            if geste.nom == vies.OUVERTURE:
                self._rapporter({g.etape for g in self.vie.gestes} - prescrites)
            elif geste.nom == vies.ORIENTATION:
                self._rapporter({geste.etape})

    def _rapporter(self, etapes: set[Etape | None]) -> None:
        """Mettre dans les boîtes d’envoi ce que l’on rapporte de ces étapes."""
        faits = [g for g in self.vie.gestes if g.etape in etapes and not self.vie.commande(g)]
        for geste in faits:
            if geste.nom == vies.ORIENTATION and geste.etape:
                self._etapes[geste.etape] = str(uuid4())
        self.vie.hasard.shuffle(faits)
        for geste in faits:
            reference = self._reference(geste)
            self._envois.deposer(geste.qui, self._fait(geste, reference))
            self._noter(geste, reference)

    def _noter(self, geste: Geste, reference: Reference) -> None:
        cible = self._reference(geste.cible) if geste.cible else None
        self.dits.append(Dit(reference, geste.nom, geste.le, geste.etape, geste.data, cible))

    def _reference(self, geste: Geste) -> Reference:
        """De quoi retrouver un fait : l’identifiant se refait toujours de la même façon."""
        source = geste.qui.source
        if geste.qui.role == "organisme_formation":
            source += ":scolarite"
        rang = self.vie.gestes.index(geste)
        return Reference(source, f"{self.code}-{_VERBES[geste.nom]}-{rang}")

    def _fait(self, geste: Geste, reference: Reference) -> Fait:
        data = {nom: valeur for nom, valeur in geste.data.items() if valeur is not None}
        if geste.cible:
            data["cible"] = self._reference(geste.cible)._asdict()
        fait = {
            "specversion": "1.0",
            "id": reference.id,
            "source": reference.source,
            "type": f"fr.sanscouture.{geste.nom}.v1",
            "subject": self.parcours_id,
            "time": geste.le.isoformat(),
            "data": {**data, **self._designer(geste)},
        }
        return fait | {"datecivile": True} if geste.nom == vies.EMPLOI else fait

    def _designer(self, geste: Geste) -> Fait:
        """Comment l’émetteur dit l’étape : par son identifiant, sa session ou son dossier."""
        etape = geste.etape
        if etape is None:
            return {}
        session = {"session_id": str(geste.session.id)} if geste.session else {}
        if etape not in self._etapes:
            return session
        par_id = {"etape_id": self._etapes[etape]}
        if geste.session is None or geste.qui != geste.session.organisme:
            return {**session, **par_id} if geste.nom == vies.DEMANDE else par_id
        match self._facons[etape]:
            case "session":
                return session
            case "dossier":
                dossier = {
                    "systeme": "scolarite",
                    "valeur": f"{self.code}/{par_id['etape_id'][-8:]}",
                }
                return {"dossier_ref": dossier, **(par_id if self._premier(geste) else {})}
        return {**session, **par_id}

    def _premier(self, geste: Geste) -> bool:
        """Le premier fait de cet émetteur sur l’étape : il dit à quoi son dossier correspond."""
        faits = [g for g in self.vie.gestes if g.etape is geste.etape and g.qui == geste.qui]
        return geste is next(g for g in faits if not self.vie.commande(g))

    async def _commander(self, geste: Geste) -> None:
        service, chemin, corps = await self._commande(geste)
        demande = {nom: valeur for nom, valeur in corps.items() if valeur is not None}
        demande["survenu_le"] = geste.le.isoformat()
        recu = await self._client.demander(geste.qui, service, chemin, demande)
        self._retenir(geste, recu)
        self._noter(geste, Reference(**recu["evenement"]))

    async def _commande(self, geste: Geste) -> tuple[str, str, Fait]:
        """Le service, la route et le corps d’une commande."""
        data, etape = dict(geste.data), geste.etape
        if etape is None:
            declaree = await self._client.demander(
                geste.qui, "orientation", "/v1/beneficiaires", self.vie.personne.identite
            )
            data["beneficiaire_id"] = declaree["beneficiaire_id"]
            return "orientation", "/v1/parcours", data
        parcours = f"/v1/parcours/{self.parcours_id}"
        session = str(geste.session.id) if geste.session else ""
        match geste.nom:
            case vies.ORIENTATION:
                chemin = f"{parcours}/orientations"
            case vies.DEMANDE:
                chemin = f"{parcours}/positionnements"
                data |= {"etape_id": self._etapes[etape], "session_id": session}
            case vies.AVIS:
                chemin = f"/v1/positionnements/{self._positionnements[etape]}/avis-favorable"
            case vies.REFUS:
                chemin = f"/v1/positionnements/{self._positionnements[etape]}/refus"
            case vies.RESERVATION:
                chemin = f"/v1/sessions/{session}/reservations"
                data |= {"parcours_id": self.parcours_id, "etape_id": self._etapes[etape]}
            case vies.GARANTIE:
                chemin = f"/v1/reservations/{self._reservations[etape]}/garantie"
            case vies.SAISINE:
                chemin = "/v1/saisines"
                data |= {"parcours_id": self.parcours_id, "etape_id": self._etapes[etape]}
                data |= self._attestation(etape)
            case vies.DECISION:
                chemin = f"/v1/saisines/{self._saisines[etape]}/decision"
        return _SERVICES[geste.nom.partition(".")[0]], chemin, data

    def _attestation(self, etape: Etape) -> Fait:
        for geste in self.vie.gestes:
            if geste.nom == vies.ATTESTATION and geste.etape is etape:
                return {"attestation": self._reference(geste)._asdict()}
        return {}

    def _retenir(self, geste: Geste, recu: dict[str, Any]) -> None:
        etape = geste.etape
        if etape is None:
            self.parcours_id = recu["parcours_id"]
        elif geste.nom == vies.ORIENTATION:
            self._etapes[etape] = recu["etape_id"]
        elif geste.nom == vies.DEMANDE:
            self._positionnements[etape] = recu["positionnement_id"]
        elif geste.nom == vies.RESERVATION:
            self._reservations[etape] = recu["reservation_id"]
        elif geste.nom == vies.SAISINE:
            self._saisines[etape] = recu["saisine_id"]
