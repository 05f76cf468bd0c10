"""Les contrats : les événements que les services s’échangent, et rien d’autre."""
