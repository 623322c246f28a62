"""Harnesses that shake the engine for minutes, and show that they would notice. ``make soak`` runs them whole."""
