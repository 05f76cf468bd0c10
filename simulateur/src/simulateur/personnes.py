"""Des personnes inventées, qui ressemblent au public du pacte."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from simulateur.client import Organisation, Pile
from simulateur.donnees import lire

PACTE = lire("pacte-ara")
NOMS = lire("noms")


@dataclass(frozen=True)
class Personne:
    """Qui suit le parcours, et la structure où travaille son conseiller."""

    nom: str
    prenom: str
    date_naissance: date
    commune: str
    qualification: str
    publics: tuple[str, ...]
    conseiller: Organisation

    @property
    def identite(self) -> dict[str, str]:
        return {
            "nom": self.nom,
            "prenom": self.prenom,
            "date_naissance": self.date_naissance.isoformat(),
            "commune": self.commune,
        }


def personne(hasard: Random, pile: Pile, aujourd_hui: date) -> Personne:
    """Une personne tirée au sort ; le pacte donne les poids qu’il connaît."""
    conseillers = pile.de_role("france_travail", "mission_locale", "cap_emploi")
    conseiller = hasard.choices(
        conseillers, [3 - 2 * (c.role == "cap_emploi") for c in conseillers]
    )
    age = _age(hasard, conseiller[0])
    return Personne(
        nom=hasard.choice(NOMS["noms"]),
        prenom=hasard.choice(NOMS["prenoms"]),
        date_naissance=aujourd_hui - timedelta(days=age * 365 + hasard.randrange(365)),
        commune=hasard.choice(NOMS["communes"]),
        qualification=hasard.choices(PACTE["qualifications"], PACTE["toutes"])[0],
        publics=tuple(_publics(hasard, conseiller[0], age)),
        conseiller=conseiller[0],
    )


def motif_abandon(hasard: Random, qualification: str) -> str:
    """Pourquoi quelqu’un de cette qualification abandonne.

    Le pacte dit la part des qualifications dans chaque motif, pas celle des motifs : ils sont
    pris pour aussi fréquents les uns que les autres.
    """
    rang = PACTE["qualifications"].index(qualification)
    motifs: dict[str, list[int]] = PACTE["motifs_abandon"]
    return hasard.choices(list(motifs), [parts[rang] for parts in motifs.values()])[0]


def _age(hasard: Random, conseiller: Organisation) -> int:
    if conseiller.role == "mission_locale":
        return hasard.randint(17, 24)
    jeunes, aines, tous = PACTE["moins_de_25"], PACTE["50_et_plus"], PACTE["population"]
    tranches = [(18, 24), (25, 49), (50, 60)]
    return hasard.randint(*hasard.choices(tranches, [jeunes, tous - jeunes - aines, aines])[0])


def _publics(hasard: Random, conseiller: Organisation, age: int) -> list[str]:
    parts = {
        "DE_INFRA_BAC": 0.95,
        "JEUNE_INFRA_26": float(age < 26),  # noqa: PLR2004 - the name says it
        "NEET": 0.6 * (conseiller.role == "mission_locale"),
        "INVISIBLE": 0.1 * (conseiller.role == "mission_locale"),
        "BOE": 1.0 if conseiller.role == "cap_emploi" else _part("boe"),
        "RSA": _part("rsa"),
        "QPV": _part("qpv"),
        "DELD": _part("plus_d_un_an"),
    }
    return [public for public, part in parts.items() if hasard.random() < part]


def _part(nombre: str) -> float:
    return float(PACTE[nombre] / PACTE["population"])
