"""Ce que partagent toutes les tables du service."""

from sqlalchemy import MetaData

metadata = MetaData()
