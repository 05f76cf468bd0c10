"""Who asks, and for which organisation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

_SIRET = "urn:siret:"


@dataclass(frozen=True, slots=True)
class Organisation:
    id: UUID
    name: str
    role: str
    source: str

    @property
    def siret(self) -> str:
        return self.source.removeprefix(_SIRET)


class Reader(Protocol):
    """Whoever reads personal data: a key or a person, of one organisation."""

    @property
    def who(self) -> str: ...
    @property
    def organisation(self) -> Organisation: ...


@dataclass(frozen=True, slots=True)
class Caller:
    """A key that was shown, and what it may do."""

    organisation: Organisation
    scopes: frozenset[str]
    key_id: str

    @property
    def who(self) -> str:
        return f"key:{self.key_id}"

    def may(self, scope: str, family: str) -> bool:
        """Whether *scope* is given, as a whole or for *family* alone."""
        return scope in self.scopes or f"{scope}:{family}" in self.scopes

    def may_some(self, scope: str) -> bool:
        """Whether *scope* is given, be it for one family."""
        return any(given == scope or given.startswith(f"{scope}:") for given in self.scopes)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone at a screen. What they may do follows from their role, which services know."""

    id: UUID
    name: str
    role: str
    organisation: Organisation

    @property
    def who(self) -> str:
        return f"person:{self.id}"


@dataclass(frozen=True, slots=True)
class Key:
    """What is remembered of a key: enough to manage it, not to use it."""

    id: str
    organisation: UUID
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
