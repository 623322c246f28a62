"""One run of a handler, in a thread of the worker or in a child process: what it is given, and how it ended."""
