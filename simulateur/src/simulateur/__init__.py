"""Simulateur : des personnes et des partenaires joués par les API publiques."""
