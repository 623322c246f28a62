"""Owns what happens while a model is still writing: its answer shared between equal questions, read, drawn and resumed."""
