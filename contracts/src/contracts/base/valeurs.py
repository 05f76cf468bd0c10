"""Les valeurs dont les événements sont faits, chacune avec son format."""

from datetime import UTC, date, datetime
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

PARIS = ZoneInfo("Europe/Paris")


def _ecrit(faute: str) -> BeforeValidator:
    """Une date s’écrit : d’un nombre, nul ne sait s’il compte des secondes ou des jours."""

    def verifier(valeur: object) -> object:
        if isinstance(valeur, date) or (isinstance(valeur, str) and valeur[4:5] == "-"):
            return valeur
        raise PydanticCustomError(faute, "a date is written, not counted")

    return BeforeValidator(verifier)


def _dicible_partout(instant: datetime) -> datetime:
    try:
        instant.astimezone(UTC)
        instant.astimezone(PARIS)
    except OverflowError:
        raise PydanticCustomError("datetime_parsing", "outside the calendar") from None
    return instant


Instant = Annotated[AwareDatetime, _ecrit("datetime_type"), AfterValidator(_dicible_partout)]
Jour = Annotated[date, _ecrit("date_type")]
Identifiant = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,128}$")]
Cause = Annotated[str, Field(pattern=r"^[A-Za-z0-9._: -]{1,330}$")]
Trace = Annotated[str, Field(pattern=r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")]
Source = Annotated[str, Field(pattern=r"^urn:[a-z0-9]{2,31}:[A-Za-z0-9._:-]{1,200}$")]
Siret = Annotated[str, Field(pattern=r"^[0-9]{14}$")]
Uai = Annotated[str, Field(pattern=r"^[0-9]{7}[a-zA-Z]$")]
Rome = Annotated[str, Field(pattern=r"^[A-Z][0-9]{4}$")]
Certification = Annotated[str, Field(pattern=r"^(RNCP|RS)[0-9]{1,6}$")]
Bloc = Annotated[str, Field(pattern=r"^RNCP[0-9]{1,6}BC[0-9]{1,3}$")]
Empreinte = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 en hexadécimal")]
Texte = Annotated[str, Field(min_length=1, max_length=200)]
TexteLong = Annotated[str, Field(min_length=1, max_length=4000)]
OuiNon = Annotated[bool, Field(strict=True)]
Entier = Annotated[int, Field(strict=True)]
Nombre = Annotated[float, Field(strict=True)]
Heures = Annotated[Nombre, Field(ge=0, le=10_000)]


class Confidence:
    """Marque un texte libre : gardé à part, jamais dans le journal."""


Confidentiel = Annotated[TexteLong, Confidence()]


class Reference(NamedTuple):
    """Ce qui désigne un événement pour toujours."""

    source: str
    id: str


class Valeur(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        json_schema_serialization_defaults_required=True,
        # A partner may send a SIRET or a code with spaces around it: never with others inside.
        str_strip_whitespace=True,
    )


class Cible(Valeur):
    """L’événement que l’on rectifie ou que l’on cite."""

    source: Source
    id: Identifiant

    @property
    def reference(self) -> Reference:
        return Reference(self.source, self.id)


class Etablissement(Valeur):
    """Un établissement, dit par son SIRET. L’être ne donne aucun droit de lecture."""

    siret: Siret
    uai: Uai | None = None

    @property
    def urn(self) -> str:
        return f"urn:siret:{self.siret}"


class Organisme(Etablissement):
    """Un organisme qui prend part au parcours : nommé par qui peut lire, il peut lire aussi."""


class RefExterne(Valeur):
    """Un numéro, et le système qui l’a donné."""

    systeme: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    valeur: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:/-]{1,80}$")]


class DossierRef(RefExterne):
    """Le numéro du dossier dans le système du partenaire."""


class BeneficiaireRef(RefExterne):
    """Le numéro d’une personne dans un système : il ne voyage pas, et n’est gardé nulle part.

    Pour le reconnaître, on garde l’empreinte de `cle` sous la clé de la plateforme.
    """

    model_config = ConfigDict(extra="forbid")

    @property
    def cle(self) -> bytes:
        return f"{self.systeme} {self.valeur}".encode()


def jour(instant: datetime) -> date:
    """Le jour civil d’un instant, à Paris."""
    return instant.astimezone(PARIS).date()
