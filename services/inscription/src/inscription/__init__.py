"""Inscription : la place, de la réservation à la garantie."""
