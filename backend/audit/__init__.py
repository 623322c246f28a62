"""The audit: who did what to which job, canvas, key or setting. Written in the transaction of the action, for staff to read."""
