"""Des personnes et des partenaires qui jouent leur rôle par les API publiques."""
