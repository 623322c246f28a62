"""Whom to call, in order: the providers of ``AI_PROVIDERS``, those that staff add, change and try, the embedded model."""
