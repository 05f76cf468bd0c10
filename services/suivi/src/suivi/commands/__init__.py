"""Ce que l’on peut demander au suivi : recevoir un fait, noter une décision, s’abonner, envoyer."""

from suivi.commands import abonner, envoyer, noter, recevoir

__all__ = ["abonner", "envoyer", "noter", "recevoir"]
