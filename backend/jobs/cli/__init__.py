"""``flask jobs …``: everything an operator needs to look at the queues and to repair them, without SQL."""
