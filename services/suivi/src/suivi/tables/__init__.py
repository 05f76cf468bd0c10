"""Comment le suivi range : droits de lecture, codes, abonnements et envois, faits qui attendent.

Le journal lui-même est `kit.log` ; les confidences sont `kit.confidential`.
"""

from suivi.tables import abonnements, attentes, droits
from suivi.tables.base import metadata

__all__ = ["abonnements", "attentes", "droits", "metadata"]
