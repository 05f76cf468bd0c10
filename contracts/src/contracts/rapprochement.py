"""Un fait dont l’émetteur ne connaît pas le parcours : la personne y est dite par un numéro."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from contracts.base import BeneficiaireRef

A_RAPPROCHER = UUID(int=0)
CHAMP = ("data", "beneficiaire_ref")


def separer(document: Mapping[str, Any]) -> tuple[Mapping[str, Any], BeneficiaireRef | None]:
    """Le document sans le numéro de la personne, et ce numéro, s’il tient lieu de `subject`.

    Le parcours est alors `A_RAPPROCHER`. Lève `ValidationError`, dont les lieux partent de `CHAMP`.
    """
    lieu, champ = CHAMP
    data = document.get(lieu)
    if "subject" in document or not isinstance(data, Mapping) or champ not in data:
        return document, None
    personne = BeneficiaireRef.model_validate(data[champ])
    reste = {nom: valeur for nom, valeur in data.items() if nom != champ}
    return {**document, "subject": str(A_RAPPROCHER), lieu: reste}, personne
