"""Why routes about jobs refuse, in the words of the API's description."""

from __future__ import annotations

NO_JOB = "There is no such job, or it belongs to somebody else."
NO_QUEUE = "There is no queue with this name."
NO_RESULT = "Not finished, failed (with the error) or cancelled."
NOT_THERE = "Something that the request names, such as a canvas, is not there."
NOT_ALLOWED = "A job type or a priority that one may not ask for."
NOT_TO_STOP = "Finished, or already asked to stop."
LOOK_ONLY = "Read-only staff may look at the jobs of others, not change them."
FOR_STAFF = "For staff; read-only staff may look and not act."
IN_THE_WAY = "The Idempotency-Key was used for another request, or somebody else is having an equal unique job done."
