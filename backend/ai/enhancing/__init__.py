"""A rough prompt becomes a good one: by a model, or, where none answers, by a rewrite that is built in."""
