"""Organisations, keys, people, readings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("source", sa.Text(), nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
    )
    op.create_table(
        "key",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column(
            "organisation", sa.Uuid(), sa.ForeignKey("organisation.id"), nullable=False, index=True
        ),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("revoked_at", _INSTANT),
        sa.Column("last_used_at", _INSTANT),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column(
            "organisation", sa.Uuid(), sa.ForeignKey("organisation.id"), nullable=False, index=True
        ),
    )
    op.create_table(
        "reading",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Uuid(), sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False, index=True),
        sa.Column("trace", sa.Text()),
    )
    op.execute(
        """
        create function refuse_change() returns trigger language plpgsql as $$
        begin
            raise exception 'readings are kept as they were written';
        end $$
        """
    )
    for event, level in (("update or delete", "row"), ("truncate", "statement")):
        name = event.split()[0]
        op.execute(
            f"create trigger no_{name} before {event} on reading"
            f" for each {level} execute function refuse_change()"
        )
