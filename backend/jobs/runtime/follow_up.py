"""What follows from the end of a job that others wait for. Each care gets every followed job that has ended."""

from __future__ import annotations

from backend.jobs.caching.flights import land_flights
from backend.jobs.flows.flow_care import settle_flows
from backend.jobs.runtime.maintenance import Care

CARES: tuple[Care, ...] = (settle_flows, land_flights)
