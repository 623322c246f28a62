"""Model providers: any endpoint that speaks the OpenAI protocol, tried in the order of ``AI_PROVIDERS``."""
