"""L’histoire d’une personne, pas à pas, par les portes qu’elle a."""

from datetime import date, datetime, timedelta
from datetime import time as heure
from secrets import token_hex
from typing import Any

from kit.clock import PARIS
from tests.parcours.acteurs import Acteurs, attendre

CONSEIL = "Mission locale des Deux-Rives"
COMITE = "Comité passerelle"
# Nobody else in these tests: the figures of this public are hers alone.
PUBLIC = "SANS_DOMICILE"


class Histoire:
    """Ce qui est dit, pas à pas. Chaque jour se compte depuis l’entrée."""

    def __init__(self, acteurs: Acteurs, refusee: dict[str, Any], placee: dict[str, Any]) -> None:
        self.acteurs = acteurs
        self.refusee, self.placee = refusee, placee
        self.marque = token_hex(4)
        self.entree = date.fromisoformat(placee["debut_le"])

    def un_autre_organisme(self) -> str:
        """Qui n’est ni celui qui la refuse, ni celui où elle entre."""
        return next(
            str(une["nom"])
            for une in self.acteurs.organisations
            if une["role"] == "organisme_formation"
            and une["nom"] not in {self.refusee["chez"], self.placee["chez"]}
        )

    def le(self, jour: int) -> datetime:
        return datetime.combine(self.entree + timedelta(days=jour), heure(10, tzinfo=PARIS))

    def reference(self, qui: str, fait: str) -> dict[str, str]:
        return {"source": self.acteurs.de(qui)["source"], "id": f"{self.marque}-{fait}"}

    async def dire(self, qui: str, nom: str, fait: str, jour: int, **data: object) -> None:
        identifiant = self.reference(qui, fait)["id"]
        dit = self.acteurs.fait(qui, nom, identifiant, self.parcours, self.le(jour), **data)
        assert await self.acteurs.dire(qui, dit) == 201

    async def demander(
        self, qui: str, service: str, chemin: str, jour: int, **corps: object
    ) -> Any:
        survenu_le = self.le(jour).isoformat()
        return await self.acteurs.demander(qui, service, chemin, survenu_le=survenu_le, **corps)

    async def ouvrir(self) -> None:
        declaree = await self.acteurs.demander(
            CONSEIL, "orientation", "/v1/beneficiaires", nom="Ourlet", prenom="Fatou"
        )
        ouvert = await self.demander(
            CONSEIL,
            "orientation",
            "/v1/parcours",
            -60,
            beneficiaire_id=declaree["beneficiaire_id"],
            objectif="Devenir soudeuse",
            publics_cibles=[PUBLIC],
            referent={"role": "CEP", "organisme": self.acteurs.organisme(CONSEIL)},
        )
        self.parcours = ouvert["parcours_id"]
        chemin = f"/v1/parcours/{self.parcours}/orientations"
        prescrite = await self.demander(
            CONSEIL, "orientation", chemin, -58, type_etape="CERTIFIANT", axe=1, domaine="Soudage"
        )
        self.etape = prescrite["etape_id"]

    async def positionner(self) -> None:
        """Refusée là, avec une autre session pour alternative ; acceptée ici."""
        chemin = f"/v1/parcours/{self.parcours}/positionnements"
        ou = {"etape_id": self.etape}
        demande = await self.demander(
            CONSEIL, "orientation", chemin, -55, session_id=self.refusee["session_id"], **ou
        )
        self.premier = demande["positionnement_id"]
        await self.demander(
            self.refusee["chez"],
            "orientation",
            f"/v1/positionnements/{self.premier}/refus",
            -48,
            motif="PREREQUIS_NON_MAITRISES",
            diagnostic="Le positionnement montre que les bases de calcul restent à consolider.",
            alternatives=[{"type": "AUTRE_SESSION", "session_id": self.placee["session_id"]}],
        )
        demande = await self.demander(
            CONSEIL, "orientation", chemin, -45, session_id=self.placee["session_id"], **ou
        )
        self.second = demande["positionnement_id"]
        avis = await self.demander(
            self.placee["chez"],
            "orientation",
            f"/v1/positionnements/{self.second}/avis-favorable",
            -38,
            entree_prevue_le=self.entree.isoformat(),
        )
        self.avis = avis["evenement"]["id"]

    async def inscrire(self) -> None:
        """Une place, une fois que l’inscription sait qu’on l’attend ; puis la garantie."""
        chemin = f"/v1/sessions/{self.placee['session_id']}"
        chez = self.placee["chez"]
        await attendre(
            lambda: self.acteurs.lire(chez, "inscription", f"{chemin}/places"),
            lambda places: self.etape in {un["etape_id"] for un in places["attendus"]},
        )
        reservee = await self.demander(
            CONSEIL,
            "inscription",
            f"{chemin}/reservations",
            -36,
            parcours_id=self.parcours,
            etape_id=self.etape,
        )
        self.reservation = reservee["reservation_id"]
        chemin = f"/v1/reservations/{self.reservation}/garantie"
        prevue = self.entree.isoformat()
        await self.demander(chez, "inscription", chemin, -30, entree_prevue_le=prevue)

    async def suivre(self, ailleurs: str) -> None:
        """Elle entre, suspend avec son attestation, reprend ailleurs sur décision du comité."""
        chez, etape = self.placee["chez"], {"etape_id": self.etape}
        await self.dire(
            chez,
            "suivi.entree_effective",
            "entree",
            0,
            nouveau_plan=True,
            heures_prevues=520,
            **etape,
        )
        await self.dire(
            chez, "suivi.suspension_prononcee", "suspension", 40, motif="PARENTALITE_GARDE", **etape
        )
        competences = {"competences": ["Préparer un poste de soudage"]}
        await self.dire(
            chez,
            "suivi.attestation_competences_delivree",
            "attestation",
            42,
            **competences,
            **etape,
        )
        deposee = await self.demander(
            CONSEIL,
            "passerelle",
            "/v1/saisines",
            50,
            parcours_id=self.parcours,
            etape_id=self.etape,
            etape_visee={"organisme_formateur": self.acteurs.organisme(ailleurs)},
            comite=self.acteurs.organisme(COMITE),
            bilan="Elle a trouvé une garde près de l’autre organisme et veut finir.",
            attestation=self.reference(chez, "attestation"),
        )
        self.saisine = deposee["saisine_id"]
        rendue = await self.demander(
            COMITE,
            "passerelle",
            f"/v1/saisines/{self.saisine}/decision",
            62,
            decision="VALIDEE",
            motivation="Les acquis attestés permettent de reprendre sans recommencer.",
            mise_en_oeuvre_le=self.le(75).date().isoformat(),
            quorum={"presents": 4, "membres": 6},
            organisme_formateur=self.acteurs.organisme(ailleurs),
        )
        self.decision = rendue["evenement"]["id"]
        await self.dire(
            ailleurs,
            "suivi.reprise_effective",
            "reprise",
            75,
            statut="AUTRE_ORGANISME",
            organisme=self.acteurs.organisme(ailleurs),
            **etape,
        )

    async def finir(self, ailleurs: str) -> None:
        etape = {"etape_id": self.etape}
        await self.dire(
            ailleurs, "suivi.sortie_effective", "sortie", 170, nature="TERME_ATTEINT", **etape
        )
        await self.dire(
            ailleurs, "certification.resultat_prononce", "jury", 185, resultat="TOTALE", **etape
        )
        await self.dire(
            CONSEIL,
            "emploi.retour_emploi_declare",
            "emploi",
            215,
            type_contrat="CDI",
            heures_hebdo=35,
            source_information="DSN",
        )

    async def corriger(self, ailleurs: str) -> None:
        """La sortie était un mois plus tôt."""
        cible, champs = self.reference(ailleurs, "sortie"), {"/time": self.le(138).isoformat()}
        await self.dire(
            ailleurs,
            "evenement.corrige",
            "correction",
            230,
            cible=cible,
            champs=champs,
            motif="ERREUR_SAISIE",
        )

    def causes(self) -> list[str | None]:
        """La cause de chaque ligne de la chronologie : une décision dit d’où elle vient."""
        ici = "urn:sanscouture:{}".format
        attestation = self.reference(self.placee["chez"], "attestation")
        return [
            None,
            f"{ici('orientation')} {self.parcours}",
            f"{ici('orientation')} {self.etape}",
            f"{ici('orientation')} {self.premier}",
            f"{ici('orientation')} {self.etape}",
            f"{ici('orientation')} {self.second}",
            f"{ici('orientation')} {self.avis}",
            f"{ici('inscription')} {self.reservation}",
            None,
            None,
            None,
            f"{attestation['source']} {attestation['id']}",
            f"{ici('passerelle')} {self.saisine}",
            *[None] * 5,
        ]
