"""La copie du journal se relit dans l’ordre de chaque partition : tout s’en refait."""

from alembic import op
revision = '0005'
down_revision = '0004'


def upgrade() -> None:
    op.create_index('evenements_position', 'evenements', ['partition', 'position'], unique=False)
