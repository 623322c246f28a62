"""AI on the canvas: instructions become diagrams and changes, written element by element while the job runs."""
