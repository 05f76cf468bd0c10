"""Deducing again, beside what is shown, and putting the result in its place at one instant."""

from kit.rebuild.feed import Feed, OwnLog, Reading, SupersededError
from kit.rebuild.projection import Figures, Fill, Projection
from kit.rebuild.rebuild import BusyError, Comparison, Rebuild, rebuilding
from kit.rebuild.shadow import Difference

__all__ = [
    "BusyError",
    "Comparison",
    "Difference",
    "Feed",
    "Figures",
    "Fill",
    "OwnLog",
    "Projection",
    "Reading",
    "Rebuild",
    "SupersededError",
    "rebuilding",
]
