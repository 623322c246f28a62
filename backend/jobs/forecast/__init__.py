"""When a job will start and end: learnt from past runs, told as a band, and held against what came of it."""
