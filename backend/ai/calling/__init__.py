"""Calling a model: one call to any endpoint that speaks the OpenAI protocol, the chain of stand-ins, faults, the account."""
