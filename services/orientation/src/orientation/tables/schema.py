"""Les tables de l’orientation."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()
_INSTANT = DateTime(timezone=True)

beneficiaires = Table(
    "beneficiaires",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("nom", Text),
    Column("prenom", Text),
    Column("date_naissance", Date),
    Column("commune", Text),
    Column("declare_le", _INSTANT, nullable=False),
    Column("efface_le", _INSTANT),
    CheckConstraint(
        "num_nonnulls(nom, prenom, date_naissance, commune) = 0"
        " or (efface_le is null and nom is not null and prenom is not null)"
    ),
    CheckConstraint("efface_le is not null or nom is not null"),
)
identifiants = Table(
    "identifiants",
    metadata,
    Column("personne", LargeBinary, primary_key=True),  # fingerprint of the number
    Column("beneficiaire_id", ForeignKey("beneficiaires.id"), primary_key=True, index=True),
    Column("systeme", Text, nullable=False),
    Column("attribue_le", _INSTANT, nullable=False),
)
parcours = Table(
    "parcours",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("beneficiaire_id", ForeignKey("beneficiaires.id"), nullable=False, index=True),
    Column("organisation", Text, nullable=False),
    Column("referent", Text),
    Column("objectif", Text, nullable=False),
    Column("rome", Text),
    Column("ouvert_le", _INSTANT, nullable=False),
)
sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("intitule", Text, nullable=False),
    Column("rome", Text, nullable=False),
    Column("commune", Text, nullable=False),
    Column("debut_le", Date, nullable=False),
    Column("fin_le", Date, nullable=False),
    Column("heures", Float, nullable=False),
    Column("objectif", Text, nullable=False),
    Column("certification", Text),
    CheckConstraint("fin_le >= debut_le"),
    CheckConstraint("heures >= 0"),
    Index("sessions_par_date", "debut_le", "id"),
)
etapes = Table(
    "etapes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("parcours_id", ForeignKey("parcours.id"), nullable=False, index=True),
    Column("type_etape", Text, nullable=False),
    Column("axe", Integer),
    Column("session_id", ForeignKey("sessions.id")),
    Column("domaine", Text),
    Column("prononcee_le", _INSTANT, nullable=False),
    CheckConstraint("axe in (1, 2)"),
)
positionnements = Table(
    "positionnements",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("etape_id", ForeignKey("etapes.id"), nullable=False),
    Column("session_id", ForeignKey("sessions.id"), nullable=False),
    Column("statut", Text, nullable=False),
    Column("demande_le", _INSTANT, nullable=False),
    Column("repondu_le", _INSTANT),
    Column("entree_prevue_le", Date),
    CheckConstraint("statut in ('DEMANDE', 'ACCEPTE', 'REFUSE')"),
    CheckConstraint("(statut = 'DEMANDE') = (repondu_le is null)"),
    Index("positionnements_par_etape", "etape_id"),
    Index(
        "positionnements_un_seul_vivant",
        "etape_id",
        "session_id",
        unique=True,
        postgresql_where=text("statut <> 'REFUSE'"),
    ),
)
# What the journal says of our parcours, in full: the common reading is made of it.
appris = Table(
    "appris",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("parcours_id", ForeignKey("parcours.id"), nullable=False, index=True),
    Column("evenement", JSONB, nullable=False),
)
