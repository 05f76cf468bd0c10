"""Les versions que l’on reçoit et que l’on relit encore : chacune sait se dire dans la suivante.

Hors d’ici, le code ne connaît que la dernière. Une ancienne version entre au journal telle qu’elle
a été postée, et n’y change jamais : c’est à la lecture qu’elle se dit autrement.
"""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import Confidentiel, Etablissement, Evenement, Porte, Rang, Texte, Valeur
from contracts.listes import MotifRefus, MotifSansAlternative, TypeAlternative
from contracts.positionnement import DonneesPositionnement, PositionnementRefusArgumente


class AlternativeV1(Valeur):
    """Ce qui est proposé à la personne à la place de l’étape refusée."""

    type: TypeAlternative
    session_id: UUID | None = None
    organisme: Etablissement | None = None
    precision: Texte | None = None

    def suivante(self) -> dict[str, object]:
        """La même, de sa sorte : ce qu’elle nommait hors de propos reste au journal."""
        dite: dict[str, object] = {"type": self.type, "precision": self.precision}
        match self.type:
            case TypeAlternative.AUTRE_SESSION | TypeAlternative.REMISE_A_NIVEAU:
                return dite | {"session_id": self.session_id, "organisme": self.organisme}
            case TypeAlternative.PRESTATION:
                return dite | {"organisme": self.organisme}
            case TypeAlternative.IMMERSION:
                return dite | {"employeur": self.organisme}
        return dite


class PositionnementRefusArgumenteDonneesV1(DonneesPositionnement):
    attendus: ClassVar[dict[str, str]] = {
        "diagnostic": "Écrire le diagnostic qui fonde le refus, en 30 caractères au moins.",
    }
    longueurs: ClassVar[dict[str, int]] = {"diagnostic": 30}

    motif: MotifRefus = MotifRefus.NON_COMMUNIQUE
    diagnostic: Confidentiel | None = None
    alternatives: tuple[AlternativeV1, ...] = Field((), max_length=10)
    sans_alternative: MotifSansAlternative | None = None


class PositionnementRefusArgumenteV1(Evenement):
    """L’organisme ne peut pas prendre la personne : il dit pourquoi, et propose autre chose."""

    nom: ClassVar[str] = "positionnement.refus_argumente"
    libelle: ClassVar[str] = "Refus argumenté (première version)"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.FAIT, Porte.COMMANDE})
    proprietaire: ClassVar[str] = "orientation"
    rang: ClassVar[Rang] = Rang.POSITIONNEMENT
    remplacee_par: ClassVar[str | None] = "fr.sanscouture.positionnement.refus_argumente.v2"

    type: Literal["fr.sanscouture.positionnement.refus_argumente.v1"] = (
        "fr.sanscouture.positionnement.refus_argumente.v1"
    )
    data: PositionnementRefusArgumenteDonneesV1

    def suivante(self) -> PositionnementRefusArgumente:
        alternatives = [alternative.suivante() for alternative in self.data.alternatives]
        data = self.data.model_dump() | {"alternatives": alternatives}
        document = self.model_dump(exclude={"type", "data"}) | {"data": data}
        return PositionnementRefusArgumente.model_validate(document)


VersionAncienne = PositionnementRefusArgumenteV1
