"""Qui peut lire un parcours, et à qui l’on écrit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit.migrations import install

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    install("confidential")
    op.create_table(
        "parcours",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("code", sa.String(), nullable=False),
    )
    op.create_index("ix_parcours_code", "parcours", ["code"])
    op.create_table(
        "designations",
        sa.Column("parcours", sa.Uuid(), nullable=False),
        sa.Column("par", sa.Uuid()),
        sa.Column("organisation", sa.Uuid(), nullable=False),
        sa.UniqueConstraint(
            "parcours", "organisation", "par", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_index("designations_organisation", "designations", ["organisation"])
    # The rule of contracts.lecture.lecteurs, for one organisation.
    op.execute("""
        create function peut_lire(p_parcours uuid, p_organisation uuid) returns boolean
        language sql stable security definer set search_path = public as $$
          with recursive lecteur (organisation) as (
            select d.organisation from designations d
             where d.parcours = p_parcours and d.par is null
            union
            select d.organisation from lecteur l join designations d
                on d.parcours = p_parcours and d.par = l.organisation)
          select exists (select from lecteur where organisation = p_organisation)
        $$
    """)
    # The second wall: whoever reads for an organisation sees only what it may read. The writer
    # owns the tables and is not concerned: it must find a duplicate wherever it is.
    op.execute("""
        do $$ begin
          create role suivi_lecteur nologin;
        exception when duplicate_object or unique_violation then null; end $$
    """)
    op.execute("""
        do $$ begin execute format('grant suivi_lecteur to %I', current_user); end $$
    """)
    op.execute("grant usage on schema log, public to suivi_lecteur")
    op.execute("grant select on log.entry to suivi_lecteur")
    op.execute("alter table log.entry enable row level security")
    op.execute("""
        create policy lecteurs on log.entry for select to suivi_lecteur
          using (peut_lire(stream, nullif(current_setting('app.org', true), '')::uuid))
    """)
    op.create_table(
        "abonnements",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("organisation", sa.Uuid(), nullable=False, unique=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("types", postgresql.ARRAY(sa.String())),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("actif", sa.Boolean(), nullable=False),
        sa.Column("cree_le", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "envois",
        sa.Column("abonnement", sa.Uuid(), primary_key=True),
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("evenement", sa.String(), nullable=False),
        sa.Column("parcours", sa.Uuid()),
        sa.Column("version", sa.Integer()),
        sa.Column("survenu_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("traceparent", sa.String()),
        sa.Column("cree_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tentatives", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("prochaine_le", sa.DateTime(timezone=True)),
        sa.Column("livre_le", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["abonnement"], ["abonnements.id"], ondelete="CASCADE"),
    )
    op.create_index(
        "envois_a_faire",
        "envois",
        ["abonnement", "prochaine_le"],
        postgresql_where=sa.text("prochaine_le is not null"),
    )
    op.create_index("envois_recents", "envois", ["abonnement", "cree_le"])
    op.create_table(
        "tentatives",
        sa.Column("abonnement", sa.Uuid(), primary_key=True),
        sa.Column("envoi", sa.String(), primary_key=True),
        sa.Column("rang", sa.SmallInteger(), primary_key=True),
        sa.Column("commencee_le", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duree_ms", sa.Integer(), nullable=False),
        sa.Column("issue", sa.String(), nullable=False),
        sa.Column("statut", sa.SmallInteger()),
        sa.Column("extrait", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["abonnement", "envoi"], ["envois.abonnement", "envois.id"], ondelete="CASCADE"
        ),
    )
