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
  #line: readonly string[] = [];

  /** What waits is given in the order in which it comes. */
  arrange(jobs: readonly Job[], now: number, held: boolean): OrderedJobs {
    const places = new Map<string, Placed>();
    for (const job of jobs) places.set(job.job_id, this.#place(job, now, held));
    this.#places = places;
    const of = (rank: Rank) => jobs.filter(({ job_id }) => places.get(job_id)?.rank === rank);
    const waiting = this.#inLine(of("waiting"), held);
    return {
      active: [...of("running").sort(newestFirst), ...waiting],
      finished: of("finished").sort(lastEndedFirst),
    };
  }

  /** Nothing passes anything while the list is held; what waits no longer stays at its number until it leaves. */
  #inLine(jobs: readonly Job[], held: boolean): Job[] {
    const before = new Map(this.#line.map((id, index) => [id, index]));
    const numberOf = ({ job_id }: Job) => before.get(job_id) ?? Number.MAX_SAFE_INTEGER;
    const byNumber = (one: Job, other: Job) => numberOf(one) - numberOf(other);
    const stays = (job: Job) => held || rankNow(job) !== "waiting";
    const line = jobs.filter((job) => !stays(job));
    for (const job of jobs.filter(stays).sort(byNumber)) line.splice(numberOf(job), 0, job);
    this.#line = line.map(({ job_id }) => job_id);
    return line;
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

function lastEndedFirst(one: Job, other: Job): number {
  return (other.completed_at ?? "").localeCompare(one.completed_at ?? "") || newestFirst(one, other);
}

function rankNow(job: Job): Rank {
  if (isFinished(job.status)) return "finished";
  return job.status === "processing" || (isGroup(job) && job.progress > 0) ? "running" : "waiting";
}
