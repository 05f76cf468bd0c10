"""Où s’est arrêtée chaque vie du journal ; un envoi porte le nom de son événement, pas de sa place."""

from alembic import op

from kit.migrations import install

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    install("epoch")
    # As suivi.domain.abonnements.identifiant_d_envoi; a test message is about no event.
    op.execute("alter table tentatives drop constraint tentatives_abonnement_envoi_fkey")
    op.execute("""
        update tentatives t set envoi = 'evt_' ||
               left(encode(sha256(convert_to(e.source || ' ' || e.evenement, 'UTF8')), 'hex'), 32)
          from envois e
         where e.abonnement = t.abonnement and e.id = t.envoi and e.parcours is not null
    """)
    op.execute("""
        update envois set id = 'evt_' ||
               left(encode(sha256(convert_to(source || ' ' || evenement, 'UTF8')), 'hex'), 32)
         where parcours is not null
    """)
    op.create_foreign_key(
        "tentatives_abonnement_envoi_fkey",
        "tentatives",
        "envois",
        ["abonnement", "envoi"],
        ["abonnement", "id"],
        ondelete="CASCADE",
    )
