"""Chaque ligne dit de qui elle est : on suit une personne d’un parcours à l’autre sans détour."""

from alembic import op
import sqlalchemy as sa
revision = '0004'
down_revision = '0003'

TABLES = ('orientations', 'entrees', 'sorties', 'certifications', 'emplois', 'suspensions')


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column('personne', sa.Uuid(), nullable=True))
        op.execute(
            f"update {table} l set personne = p.personne"
            " from parcours p where p.parcours = l.parcours"
        )
        op.alter_column(table, 'personne', nullable=False)
        if table != 'certifications':
            op.create_index(op.f(f'ix_{table}_personne'), table, ['personne'], unique=False)
