"""How organisations, keys, people and readings are stored: the database `acces`."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData()

_Instant = DateTime(timezone=True)

organisation = Table(
    "organisation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("source", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
)

key = Table(
    "key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organisation", ForeignKey(organisation.c.id), nullable=False, index=True),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("created_at", _Instant, nullable=False, server_default=func.now()),
    Column("expires_at", _Instant, nullable=False),
    Column("revoked_at", _Instant),
    Column("last_used_at", _Instant),
)

person = Table(
    "person",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("organisation", ForeignKey(organisation.c.id), nullable=False, index=True),
)

# Its triggers, in the migration, refuse update, delete and truncate.
reading = Table(
    "reading",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", _Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("organisation", ForeignKey(organisation.c.id), nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False, index=True),
    Column("trace", Text),
)
