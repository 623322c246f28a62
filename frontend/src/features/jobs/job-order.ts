import { newestFirst } from "./job-lists";
import { isFinished, isGroup, type Job } from "./job-types";

const LINGER_MS = 4_000;
const RANKS = ["running", "waiting", "finished"] as const;
type Rank = (typeof RANKS)[number];

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

  arrange(jobs: readonly Job[], now: number, held: boolean): OrderedJobs {
    const places = new Map<string, Placed>();
    for (const job of jobs) places.set(job.job_id, this.#place(job, now, held));
    this.#places = places;
    const rankOf = (job: Job) => RANKS.indexOf(places.get(job.job_id)?.rank ?? "finished");
    const sorted = [...jobs].sort((one, other) => rankOf(one) - rankOf(other) || newestFirst(one, other));
    const firstFinished = sorted.findIndex((job) => rankOf(job) === 2);
    const split = firstFinished === -1 ? sorted.length : firstFinished;
    return { active: sorted.slice(0, split), finished: sorted.slice(split) };
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

function rankNow(job: Job): Rank {
  if (isFinished(job.status)) return "finished";
  return job.status === "processing" || (isGroup(job) && job.progress > 0) ? "running" : "waiting";
}
