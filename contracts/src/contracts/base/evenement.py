"""L’enveloppe CloudEvents, ses règles, et ce que la classe d’un événement dit de lui."""

from datetime import datetime
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from contracts.base.champs import confidentiels, organismes
from contracts.base.valeurs import (
    Cause,
    DossierRef,
    Entier,
    Etablissement,
    Identifiant,
    Instant,
    Organisme,
    OuiNon,
    Reference,
    Source,
    Trace,
    Valeur,
)

PREFIXE = "fr.sanscouture."


class Flux(StrEnum):
    """De quoi parle le `subject` d’un événement."""

    BENEFICIAIRE = "beneficiaire"
    PARCOURS = "parcours"
    SESSION = "session"
    ENVELOPPE = "enveloppe"


class Porte(StrEnum):
    """Par où un événement entre : fait rapporté, résultat d’une commande, échéance."""

    FAIT = "F"
    COMMANDE = "C"
    TEMPS = "T"


class Rang(IntEnum):
    """À la même seconde, l’ordre de la vie d’un parcours (règle d’ordre de la lecture)."""

    IDENTITE = 0
    PARCOURS = 1
    ORIENTATION = 2
    POSITIONNEMENT = 3
    OFFRE = 4
    INSCRIPTION = 5
    ENTREE = 6
    PLAN = 7
    SUSPENSION = 8
    PASSERELLE = 9
    REPRISE = 10
    ABANDON = 11
    SORTIE = 12
    CERTIFICATION = 13
    EMPLOI = 14
    CLOTURE = 15
    RECTIFICATION = 16


class Donnees(Valeur):
    """Ce que dit un événement ; `confidences` nomme les textes gardés à part."""

    # Fields without which the trade's rules still lack something: what to write there, in French.
    attendus: ClassVar[dict[str, str]] = {}
    # Of these, the confidences that are expected to have so many characters.
    longueurs: ClassVar[dict[str, int]] = {}

    confidences: tuple[str, ...] = Field(
        (), description="Les champs gardés à part. Posé par la plateforme."
    )

    def manque(self, champ: str, a_part: str | None) -> bool:
        """Rien n’est dit ; ou ce qui est dit à part est trop court, tant que l’on peut le voir."""
        if a_part is not None:
            return len(a_part.strip()) < self.longueurs.get(champ, 0)
        vide = getattr(self, champ) in (None, (), "")
        return vide and champ not in self.confidences


class DonneesEtape(Donnees):
    """Un événement d’une étape ; sans `etape_id`, la session ou le dossier la font retrouver."""

    etape_id: UUID | None = Field(None, description="L’étape, si vous la connaissez.")
    session_id: UUID | None = Field(None, description="La session de cette étape.")
    dossier_ref: DossierRef | None = Field(
        None, description="Retenu : il fait retrouver l’étape la fois suivante."
    )
    organisme_responsable: Organisme | None = Field(None, description="À défaut, l’émetteur.")
    organisme_formateur: Organisme | None = Field(None, description="À défaut, l’émetteur.")
    lieu: Etablissement | None = Field(None, description="À défaut, l’émetteur.")


class Evenement(BaseModel):
    """Un événement daté. On ne le modifie pas, on n’en retire rien : on le rectifie."""

    # Unknown extensions are kept; unknown members of data are refused at the door.
    model_config = ConfigDict(
        frozen=True, extra="allow", json_schema_serialization_defaults_required=True
    )

    nom: ClassVar[str]
    libelle: ClassVar[str]
    flux: ClassVar[Flux] = Flux.PARCOURS
    portes: ClassVar[frozenset[Porte]]
    proprietaire: ClassVar[str]
    rang: ClassVar[Rang]
    planifie: ClassVar[bool] = False
    remplacee_par: ClassVar[str | None] = None  # the type of the next version, for an older one

    specversion: Annotated[str, Field(pattern=r"^1\.0$")] = "1.0"
    id: Identifiant = Field(description="Choisi par l’émetteur ; unique pour cette `source`.")
    source: Source = Field(description="Commence par le préfixe de l’organisation qui émet.")
    type: str
    subject: UUID = Field(
        description="De qui ou de quoi l’on parle. Jamais un nom ni un NIR. Sans connaître le "
        "parcours, ne pas l’écrire et dire la personne dans `data.beneficiaire_ref` "
        "(`systeme`, `valeur`) : le fait attend d’être rapproché."
    )
    time: Instant = Field(
        description="Quand c’est arrivé. Un jour civil se dit midi à Paris, avec `datecivile`."
    )
    datacontenttype: Annotated[str, Field(pattern=r"^application/json$")] = "application/json"
    dataschema: str | None = Field(None, description="L’adresse du schéma : …/v1/types/<type>.")
    data: Any
    correlationid: Identifiant | None = Field(None, description="Ce qui relie des événements.")
    causationid: Cause | None = Field(
        None, description="D’où vient celui-ci : `source` et `id` de l’événement, une espace entre."
    )
    sequence: Identifiant | None = Field(
        None, description="Le rang que lui donne l’émetteur. L’ordre de lecture n’en dépend pas."
    )
    traceparent: Trace | None = Field(None, description="La trace à continuer (W3C Trace Context).")
    datecivile: OuiNon | None = Field(None, description="`time` ne dit que le jour.")
    constat: OuiNon | None = Field(None, description="`time` est le jour où on l’a vu vrai.")
    organisation: Source | None = Field(
        None, description="L’organisation qui parle. Posé par la plateforme, d’après la clé."
    )
    recordedtime: Instant | None = Field(None, description="Posé par le journal : noté quand.")
    partition: Entier | None = Field(None, description="Posé par le journal.")
    position: Entier | None = Field(None, description="Posé par le journal : rang de la partition.")
    version: Entier | None = Field(None, description="Posé par le journal : rang dans le flux.")

    _a_part: dict[str, str] = PrivateAttr(default_factory=dict)
    _dit: "Evenement | None" = PrivateAttr(None)

    @property
    def reference(self) -> Reference:
        return Reference(self.source, self.id)

    @property
    def dit(self) -> "Evenement":
        """L’événement dans la version où il a été posté : ce qu’une correction vise."""
        return self._dit or self

    @property
    def survenu_le(self) -> datetime:
        return self.time

    @property
    def origin(self) -> UUID | None:
        return _identifiant(self.organisation) if self.organisation else None

    @property
    def target(self) -> tuple[str, str] | None:
        cible = vars(self.data).get("cible")
        return cible.reference if cible else None

    @property
    def nommes(self) -> frozenset[str]:
        """Les organismes que cet événement nomme, par leur URN."""
        return frozenset(organismes(self.data))

    @property
    def a_completer(self) -> dict[str, str]:
        """Ce que les règles attendent et que l’émetteur n’a pas dit : champ → que écrire."""
        donnees: Donnees = self.data
        a_part = self._a_part
        return {
            champ: phrase
            for champ, phrase in donnees.attendus.items()
            if donnees.manque(champ, a_part.get(champ))
        }

    @property
    def a_part(self) -> dict[str, str]:
        """Les confidences séparées de l’événement, par nom de champ. Elles ne voyagent pas."""
        return self._a_part

    def separer(self) -> Self:
        """L’événement qui voyage : ses confidences sont à part, il dit seulement lesquelles."""
        donnees: type[Donnees] = type(self.data)
        textes = {
            nom: texte
            for nom in confidentiels(donnees)
            if (texte := getattr(self.data, nom)) is not None
        }
        if not textes:
            return self
        data = self.data.model_copy(
            update=dict.fromkeys(textes) | {"confidences": tuple(sorted(textes))}
        )
        voyage = self.model_copy(update={"data": data})
        voyage._a_part = textes  # noqa: SLF001 - the same class
        return voyage


@lru_cache(maxsize=10_000)
def _identifiant(urn: str) -> UUID:
    return uuid5(NAMESPACE_URL, urn)
