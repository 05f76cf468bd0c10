"""Who may do what: organisations, their keys, the people of the demo, and who read what."""

from kit.access.callers import TheAccess, authorized
from kit.access.records import Caller, Key, Organisation, Person, Reader
from kit.access.store import CACHE_SECONDS, Access
from kit.access.tables import metadata

__all__ = [
    "CACHE_SECONDS",
    "Access",
    "Caller",
    "Key",
    "Organisation",
    "Person",
    "Reader",
    "TheAccess",
    "authorized",
    "metadata",
]
