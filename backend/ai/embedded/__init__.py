"""The embedded model: its weights fetched in the background, served by a child process that speaks the OpenAI protocol."""
