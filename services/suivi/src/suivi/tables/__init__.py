"""Comment le suivi range : les droits de lecture, les codes, les abonnements et leurs envois.

Le journal lui-même est `kit.log` ; les confidences sont `kit.confidential`.
"""

from suivi.tables import abonnements, droits
from suivi.tables.base import metadata

__all__ = ["abonnements", "droits", "metadata"]
