"""Ce que le comité décide."""

from contracts.listes.base import Liste


class Decision(Liste):
    """Ce que le comité passerelle décide."""

    VALIDEE = "VALIDEE", "Validée"
    VALIDEE_SOUS_CONDITIONS = "VALIDEE_SOUS_CONDITIONS", "Validée sous conditions"
    AJOURNEE = "AJOURNEE", "Ajournée"
    REORIENTEE = "REORIENTEE", "Réorientée"
    NON_VALIDEE = "NON_VALIDEE", "Non validée"


DECISIONS_NEGATIVES = frozenset({Decision.REORIENTEE, Decision.NON_VALIDEE})
