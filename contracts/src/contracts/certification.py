"""Famille `certification` : ce que dit le jury."""

from typing import ClassVar, Literal

from pydantic import Field

from contracts.base import (
    Bloc,
    Certification,
    DonneesEtape,
    Empreinte,
    Etablissement,
    Evenement,
    Jour,
    Porte,
    Rang,
    Texte,
)
from contracts.listes import NiveauCecrl, ResultatCertification, Voie


class CertificationResultatPrononceDonnees(DonneesEtape):
    attendus: ClassVar[dict[str, str]] = {
        "code": "Dire le code RNCP ou RS de la certification.",
    }

    code: Certification | None = None
    resultat: ResultatCertification = ResultatCertification.NON_COMMUNIQUE
    blocs: tuple[Bloc, ...] = Field((), max_length=30)
    jury_le: Jour | None = None
    voie: Voie = Voie.NON_COMMUNIQUE
    mention: Texte | None = None
    niveau_cecrl: NiveauCecrl | None = None
    fin_de_validite_le: Jour | None = None
    certificateur: Etablissement | None = None
    empreinte: Empreinte | None = None


class CertificationResultatPrononce(Evenement):
    """Le jury prononce le résultat de la personne à une certification."""

    nom: ClassVar[str] = "certification.resultat_prononce"
    libelle: ClassVar[str] = "Résultat de certification prononcé"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.FAIT})
    proprietaire: ClassVar[str] = "suivi"
    rang: ClassVar[Rang] = Rang.CERTIFICATION

    type: Literal["fr.sanscouture.certification.resultat_prononce.v1"] = (
        "fr.sanscouture.certification.resultat_prononce.v1"
    )
    data: CertificationResultatPrononceDonnees
