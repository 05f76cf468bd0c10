"""Passerelle : le comité saisi, et sa décision motivée."""
