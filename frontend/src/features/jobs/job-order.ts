import { newestFirst } from "./job-lists";
import { isFinished, isGroup, type Job } from "./job-types";

const LINGER_MS = 4_000;
type Rank = "running" | "waiting" | "finished";

interface Placed {
  rank: Rank;
  /** When it was first seen elsewhere than where it stands. */
  since: number | null;
}

export interface OrderedJobs {
  active: Job[];
  finished: Job[];
}

/**
 * Remembers where each row stands. What ends stays for a moment where it was, so that its end is seen; and as long as
 * `held` (a pointer or the focus is in the list) nothing changes places under it.
 */
export class JobOrder {
  #places = new Map<string, Placed>();

  /** `byPlace`: all that waits is there, so that the next to start can stand first. */
  arrange(jobs: readonly Job[], now: number, held: boolean, byPlace = false): OrderedJobs {
    const places = new Map<string, Placed>();
    for (const job of jobs) places.set(job.job_id, this.#place(job, now, held));
    this.#places = places;
    const of = (rank: Rank) => jobs.filter(({ job_id }) => places.get(job_id)?.rank === rank);
    const waiting = of("waiting").sort(byPlace ? nextFirst : newestFirst);
    return {
      active: [...of("running").sort(newestFirst), ...waiting],
      finished: of("finished").sort(lastEndedFirst),
    };
  }

  #place(job: Job, now: number, held: boolean): Placed {
    const rank = rankNow(job);
    const before = this.#places.get(job.job_id);
    if (!before || before.rank === rank) return { rank, since: null };
    const since = before.since ?? now;
    const stays = held || (rank === "finished" && now - since < LINGER_MS);
    return stays ? { rank: before.rank, since } : { rank, since: null };
  }
}

/** By queue, since places of two queues say nothing of each other; what stands in no line yet comes last. */
function nextFirst(one: Job, other: Job): number {
  const [place, otherPlace] = [placeOf(one), placeOf(other)];
  return (
    Number(place === Infinity) - Number(otherPlace === Infinity) ||
    one.queue.localeCompare(other.queue) ||
    (place === otherPlace ? -newestFirst(one, other) : place - otherPlace)
  );
}

function placeOf({ estimate }: Job): number {
  return estimate?.position ?? Infinity;
}

function lastEndedFirst(one: Job, other: Job): number {
  return (other.completed_at ?? "").localeCompare(one.completed_at ?? "") || newestFirst(one, other);
}

function rankNow(job: Job): Rank {
  if (isFinished(job.status)) return "finished";
  return job.status === "processing" || (isGroup(job) && job.progress > 0) ? "running" : "waiting";
}
