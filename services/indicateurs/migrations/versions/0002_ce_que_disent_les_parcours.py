"""Ce que disent les parcours, rangé pour être compté."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
revision = '0002'
down_revision = '0001'


def upgrade() -> None:
    op.create_table('certifications',
    sa.Column('parcours', sa.Uuid(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('etape', sa.Uuid(), nullable=False),
    sa.Column('le', sa.Date(), nullable=False),
    sa.Column('resultat', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('parcours', 'source', 'id')
    )
    op.create_index('certifications_etape', 'certifications', ['parcours', 'etape'], unique=False)
    op.create_table('emplois',
    sa.Column('parcours', sa.Uuid(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('le', sa.Date(), nullable=False),
    sa.Column('fin_le', sa.Date(), nullable=True),
    sa.Column('type_contrat', sa.String(), nullable=False),
    sa.Column('heures_hebdo', sa.Float(), nullable=True),
    sa.PrimaryKeyConstraint('parcours', 'source', 'id')
    )
    op.create_table('entrees',
    sa.Column('parcours', sa.Uuid(), nullable=False),
    sa.Column('etape', sa.Uuid(), nullable=False),
    sa.Column('axe', sa.SmallInteger(), nullable=True),
    sa.Column('type_etape', sa.String(), nullable=False),
    sa.Column('le', sa.Date(), nullable=False),
    sa.Column('nouveau_plan', sa.Boolean(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('parcours', 'etape')
    )
    op.create_index(op.f('ix_entrees_le'), 'entrees', ['le'], unique=False)
    op.create_table('evenements',
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('parcours', sa.Uuid(), nullable=False),
    sa.Column('type', sa.String(), nullable=False),
    sa.Column('partition', sa.SmallInteger(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('survenu_le', sa.DateTime(timezone=True), nullable=False),
    sa.Column('enregistre_le', sa.DateTime(timezone=True), nullable=False),
    sa.Column('corps', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('source', 'id')
    )
    op.create_index(op.f('ix_evenements_enregistre_le'), 'evenements', ['enregistre_le'], unique=False)
    op.create_index(op.f('ix_evenements_parcours'), 'evenements', ['parcours'], unique=False)
    op.create_table('orientations',
    sa.Column('parcours', sa.Uuid(), nullable=False),
    sa.Column('etape', sa.Uuid(), nullable=False),
    sa.Column('axe', sa.SmallInteger(), nullable=True),
    sa.Column('le', sa.Date(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('parcours', 'etape')
    )
    op.create_table('parcours',
    sa.Column('parcours', sa.Uuid(), nullable=False),
    sa.Column('personne', sa.Uuid(), nullable=False),
    sa.Column('publics', postgresql.ARRAY(sa.String()), nullable=False),
    sa.PrimaryKeyConstraint('parcours')
    )
    op.create_index(op.f('ix_parcours_personne'), 'parcours', ['personne'], unique=False)
    op.create_table('sorties',
    sa.Column('parcours', sa.Uuid(), nullable=False),
    sa.Column('etape', sa.Uuid(), nullable=False),
    sa.Column('axe', sa.SmallInteger(), nullable=True),
    sa.Column('type_etape', sa.String(), nullable=False),
    sa.Column('le', sa.Date(), nullable=False),
    sa.Column('nature', sa.String(), nullable=False),
    sa.Column('motif_abandon', sa.String(), nullable=True),
    sa.Column('qualification', sa.String(), nullable=True),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('parcours', 'etape')
    )
    op.create_index(op.f('ix_sorties_le'), 'sorties', ['le'], unique=False)
