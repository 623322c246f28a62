"""What a worker process does: claim, run, write, keep its lease, and the upkeep of the queue."""
