"""Retention, counters that outlive jobs, vacuum watch, statistics."""
