"""Suivi : le journal de chaque parcours, et ce qu’on en lit."""
