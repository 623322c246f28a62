"""What a model is asked for, one file per kind of diagram: a small schema, one example, and the way to a ``Diagram``."""
