"""Les suspensions, déduites des attentes ; et l’entrée dont on ne dit pas si elle ouvre un plan."""

from alembic import op
import sqlalchemy as sa
revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    op.create_table('suspensions',
    sa.Column('parcours', sa.Uuid(), nullable=False),
    sa.Column('etape', sa.Uuid(), nullable=False),
    sa.Column('rang', sa.SmallInteger(), nullable=False),
    sa.Column('le', sa.Date(), nullable=False),
    sa.Column('fin_le', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('parcours', 'etape', 'rang')
    )
    op.alter_column('entrees', 'nouveau_plan', nullable=True)
