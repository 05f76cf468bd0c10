"""Orientation : la personne, sa prescription, et la réponse des organismes."""
