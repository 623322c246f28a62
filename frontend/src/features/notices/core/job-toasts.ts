import type { JobEvent, JobStatus } from "../../../lib/socket-events";
import { Store } from "../../../lib/store";
import { isTriedAgain } from "../../../lib/tried-again";
import { isLookedAt, NOWHERE, type Looking } from "./looking";

const AT_ONCE = 2; // more jobs than that are shown as one toast
const LINGER_MS = 8_000; // of a job that has ended
const LINGER_FAILED_MS = 20_000;
const STALE_MS = 120_000; // an end that is heard of so late is history
/** Their result appears where one has asked for it, while one waits. */
const ANSWERED_IN_PLACE: ReadonlySet<string> = new Set(["generate_prompt"]);
const KEPT = 2_000; // jobs; whoever has more is not helped by toasts

/** By the person: one toast until its job ends, a whole burst for good. */
type Closed = "no" | "until-end" | "for-good";

/** What a toast must know of a job that no event carries. */
export interface JobDetails {
  readonly jobId: string;
  readonly title: string;
  readonly canvasId: string | null;
  readonly isMine: boolean;
  readonly isChild: boolean;
}

export interface ToastJob {
  readonly jobId: string;
  /** null until it is known; without it nothing is shown. */
  readonly details: JobDetails | null;
  readonly seq: number;
  readonly status: JobStatus;
  readonly isRetrying: boolean;
  readonly progress: number;
  readonly message: string | null;
  /** Milliseconds, by the clock of this machine. */
  readonly since: number;
  readonly endedAt: number | null;
  readonly closed: Closed;
}

export interface ManyJobs {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
}

/** A job or two, or one line for all of them. */
export interface Toasts {
  readonly jobs: readonly ToastJob[];
  readonly many: ManyJobs | null;
  /** Since when the oldest of the own jobs that have not ended waits or runs, seen or not. */
  readonly underWaySince: number | null;
}

const NO_TOASTS: Toasts = { jobs: [], many: null, underWaySince: null };

/** One toast for each own job that nobody looks at: it moves with the job, and leaves a while after its end. */
export class JobToasts {
  readonly state = new Store<Toasts>(NO_TOASTS);
  readonly #jobs = new Map<string, ToastJob>();
  #burst = new Set<string>();
  #looking: Looking = NOWHERE;
  readonly #answeredInPlace = new Set<string>();

  /** `atOnce`: for how many jobs there is room. */
  constructor(
    private readonly now: () => number = Date.now,
    private readonly atOnce: () => number = () => AT_ONCE,
  ) {}

  /** Events may come twice, and in any order; only a newer one changes something. Returns whether details are wanted. */
  event(event: JobEvent): boolean {
    if (ANSWERED_IN_PLACE.has(event.job_type)) {
      this.#answeredInPlace.add(event.job_id);
      return false;
    }
    const known = this.#jobs.get(event.job_id);
    if (known && event.seq <= known.seq) return false;
    const hasEnded = isEnd(event.status);
    if (!known && hasEnded && this.now() - Date.parse(event.at) > STALE_MS) return false;
    const goesOn = known && !(known.endedAt !== null && !hasEnded);
    this.#set({
      jobId: event.job_id,
      details: known?.details ?? null,
      seq: event.seq,
      status: event.status,
      isRetrying: isTriedAgain(event) || (event.status === "queued" && (known?.isRetrying ?? false)),
      progress: hasEnded && event.status === "completed" ? 100 : event.progress,
      message: event.message ?? failureIn(event),
      since: goesOn ? known.since : this.now(),
      endedAt: hasEnded ? this.now() : null,
      closed: goesOn ? closedNow(known.closed, hasEnded) : "no",
    });
    return !known?.details;
  }

  /** What was asked about jobs whose events have come. */
  learn(details: JobDetails): void {
    const job = this.#jobs.get(details.jobId);
    if (!job) return;
    if (!details.isMine || details.isChild) this.#jobs.delete(details.jobId);
    else this.#set({ ...job, details });
  }

  isAnsweredInPlace(jobId: string | null): boolean {
    return jobId !== null && this.#answeredInPlace.has(jobId);
  }

  /** An end of which no event may have been heard: while the socket was away. */
  end(details: JobDetails, status: JobStatus, message: string | null): void {
    const job = this.#jobs.get(details.jobId);
    if (job && job.endedAt !== null) return;
    const { jobId } = details;
    const closed = closedNow(job?.closed ?? "no", true);
    const common = { jobId, details, status, message, isRetrying: false, closed };
    const progress = status === "completed" ? 100 : (job?.progress ?? 0);
    this.#set({
      ...common,
      progress,
      seq: job?.seq ?? 0,
      since: job?.since ?? this.now(),
      endedAt: this.now(),
    });
  }

  look(looking: Looking): void {
    this.#looking = looking;
    this.show();
  }

  /** A closed toast stays away until its job ends. */
  close(jobId: string): void {
    const job = this.#jobs.get(jobId);
    if (job) this.#set({ ...job, closed: job.endedAt === null ? "until-end" : "for-good" });
    this.show();
  }

  closeAll(): void {
    for (const job of [...this.#jobs.values()]) this.#set({ ...job, closed: "for-good" });
    this.#burst = new Set();
    this.show();
  }

  forget(): void {
    this.#jobs.clear();
    this.#burst = new Set();
    this.show();
  }

  /** Brings what is shown up to the clock and to everything that was heard. */
  show(): void {
    this.#leave();
    const mine = [...this.#jobs.values()].filter(({ details }) => details !== null);
    const shown = mine.filter((job) => job.closed === "no" && !this.#isSeen(job));
    if (shown.length > this.atOnce() || this.#burst.size > 0)
      for (const { jobId } of shown) this.#burst.add(jobId);
    const next: Toasts = {
      jobs: this.#burst.size > 0 ? [] : shown,
      many: this.#burst.size > 0 && !this.#seesList() ? count(this.#ofBurst()) : null,
      underWaySince: mine.reduce<number | null>(oldest, null),
    };
    if (JSON.stringify(next) !== JSON.stringify(this.state.get())) this.state.set(next);
  }

  /** What has been shown for long enough goes; a burst goes as a whole, when its last job has ended. */
  #leave(): void {
    const burst = this.#ofBurst();
    if (burst.every((job) => this.#isOver(job))) {
      for (const { jobId } of burst) this.#jobs.delete(jobId);
      this.#burst = new Set();
    }
    for (const job of this.#jobs.values()) {
      const isDone = job.endedAt !== null && (this.#isOver(job) || job.closed !== "no" || this.#isSeen(job));
      if (isDone && !this.#burst.has(job.jobId)) this.#jobs.delete(job.jobId);
    }
    for (const jobId of this.#jobs.keys()) {
      if (this.#jobs.size <= KEPT) break;
      this.#jobs.delete(jobId);
    }
  }

  #isOver({ endedAt, status }: ToastJob): boolean {
    return endedAt !== null && this.now() - endedAt >= (status === "failed" ? LINGER_FAILED_MS : LINGER_MS);
  }

  #ofBurst(): ToastJob[] {
    return [...this.#burst].flatMap((id) => this.#jobs.get(id) ?? []);
  }

  /** It moves and ends there: a toast would only lie over it. */
  #seesList(): boolean {
    return this.#looking.isVisible && this.#looking.isListOfJobs;
  }

  #isSeen({ jobId, details }: ToastJob): boolean {
    if (this.#seesList()) return true;
    return isLookedAt({ jobId, canvasId: details?.canvasId ?? null }, this.#looking);
  }

  #set(job: ToastJob): void {
    this.#jobs.set(job.jobId, job);
  }
}

function oldest(since: number | null, job: ToastJob): number | null {
  return job.endedAt === null && (since === null || job.since < since) ? job.since : since;
}

function closedNow(before: Closed, hasEnded: boolean): Closed {
  return hasEnded && before === "until-end" ? "no" : before;
}

function count(jobs: readonly ToastJob[]): ManyJobs {
  const of = (status: JobStatus) => jobs.filter((job) => job.status === status).length;
  return {
    total: jobs.length,
    completed: of("completed"),
    failed: of("failed"),
    cancelled: of("cancelled"),
  };
}

function isEnd(status: JobStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

function failureIn({ data }: JobEvent): string | null {
  const error = data?.["error"];
  if (typeof error !== "object" || error === null) return null;
  const { message } = error as Record<string, unknown>;
  return typeof message === "string" ? message : null;
}
