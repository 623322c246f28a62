import type { JobEvent, JobGap } from "../../lib/socket-events";
import { Store } from "../../lib/store";
import {
  catchUp,
  hasGap,
  isFinished,
  receive,
  skip,
  unknownJob,
  type JobSnapshot,
  type JobState,
} from "./ai-job-log";

const ASK_AFTER_GAP_MS = 150; // what overtook something is usually followed by it
const PULSE_MS = 2_000;
const POLL_WHEN_AWAY_FOR_MS = 3_000;
const PULSES_BETWEEN_CHECKS = 8; // a live feed that says nothing is asked now and then

export interface JobFeedEvents {
  /** Also called when listening begins on an open connection. */
  connected: () => void;
  disconnected: () => void;
  event: (event: JobEvent) => void;
  gap: (gap: JobGap) => void;
}

/** Where updates come from: a live feed that can be asked for what was missed, and plain requests beside it. */
export interface JobSource {
  listen: (events: JobFeedEvents) => () => void;
  watch: (jobId: string, after: number) => Promise<readonly JobEvent[]>;
  unwatch: (jobId: string) => void;
  poll: (jobId: string) => Promise<JobSnapshot>;
  listOfCanvas: (canvasId: string) => Promise<readonly JobSnapshot[]>;
}

export interface JobsState {
  /** The jobs there were before are known, or could not be had. */
  readonly isLoaded: boolean;
  readonly jobs: ReadonlyMap<string, JobState>;
}

/**
 * Follows one job, or every job of a canvas. It listens before it asks for history, drops what it has, asks again for
 * what is missing, and goes over to plain requests while the feed is away: the state is always a fold of the server's log.
 */
export class AIJobUpdates {
  readonly state = new Store<JobsState>({ isLoaded: false, jobs: new Map() });
  readonly #asking = new Set<string>();
  #isStopped = true;
  #awaySince: number | null = Date.now();
  #pulses = 0;
  #gapTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly source: JobSource,
    private readonly scope: { readonly jobId: string } | { readonly canvasId: string },
  ) {}

  start(): () => void {
    this.#isStopped = false;
    if ("jobId" in this.scope) this.track(this.scope.jobId);
    const unlisten = this.source.listen({
      connected: () => this.#connected(),
      disconnected: () => (this.#awaySince ??= Date.now()),
      event: (event) => this.#receiveEvent(event),
      gap: (gap) => this.#change(gap.job_id, (state) => skip(state, gap.to)),
    });
    if (this.#awaySince !== null) void this.#list();
    const pulse = setInterval(() => this.#pulse(), PULSE_MS);
    return () => {
      this.#isStopped = true;
      unlisten();
      clearInterval(pulse);
      clearTimeout(this.#gapTimer);
      for (const jobId of this.#unfinished()) this.source.unwatch(jobId);
    };
  }

  /** From now on this job belongs to what is followed. */
  track(jobId: string): void {
    if (this.state.get().jobs.has(jobId)) return;
    this.#set(unknownJob(jobId));
    if (this.#awaySince === null) void this.#ask(jobId);
  }

  #connected(): void {
    this.#awaySince = null;
    void this.#list();
    this.#askForUnfinished();
  }

  #receiveEvent(event: JobEvent): void {
    const known = this.state.get().jobs.has(event.job_id);
    const belongs = "canvasId" in this.scope && event.canvas_id === this.scope.canvasId;
    if (!known && !belongs) return;
    if (!known) this.#set(unknownJob(event.job_id));
    this.#change(event.job_id, (state) => receive(state, [event]));
    const state = this.state.get().jobs.get(event.job_id);
    if (state && hasGap(state)) this.#gapTimer ??= setTimeout(() => this.#askForGaps(), ASK_AFTER_GAP_MS);
  }

  #pulse(): void {
    this.#pulses += 1;
    if (this.#awaySince === null) {
      if (this.#pulses % PULSES_BETWEEN_CHECKS === 0) this.#askForUnfinished();
    } else if (Date.now() - this.#awaySince >= POLL_WHEN_AWAY_FOR_MS) {
      void this.#list();
      for (const jobId of this.#unfinished()) void this.#poll(jobId);
    }
  }

  #askForGaps(): void {
    this.#gapTimer = undefined;
    for (const state of this.state.get().jobs.values()) if (hasGap(state)) void this.#ask(state.jobId);
  }

  #askForUnfinished(): void {
    for (const jobId of this.#unfinished()) void this.#ask(jobId);
  }

  async #ask(jobId: string): Promise<void> {
    if (this.#asking.has(jobId)) return;
    this.#asking.add(jobId);
    try {
      const events = await this.source.watch(jobId, this.state.get().jobs.get(jobId)?.seq ?? 0);
      this.#change(jobId, (state) => receive(state, events));
    } catch {
      // The next pulse asks again.
    } finally {
      this.#asking.delete(jobId);
    }
  }

  async #poll(jobId: string): Promise<void> {
    try {
      const snapshot = await this.source.poll(jobId);
      this.#change(jobId, (state) => catchUp(state, snapshot));
    } catch {
      // The next pulse asks again.
    }
  }

  async #list(): Promise<void> {
    if (!("canvasId" in this.scope)) return;
    try {
      for (const snapshot of await this.source.listOfCanvas(this.scope.canvasId)) {
        if (this.#isStopped) return;
        const isNew = !this.state.get().jobs.has(snapshot.job_id);
        if (isNew) this.#set(unknownJob(snapshot.job_id));
        this.#change(snapshot.job_id, (state) => catchUp(state, snapshot));
        const live = this.#awaySince === null && isNew;
        if (live && this.#unfinished().includes(snapshot.job_id)) void this.#ask(snapshot.job_id);
      }
    } catch {
      // The next reconnect or pulse asks again.
    } finally {
      if (!this.#isStopped) this.state.patch({ isLoaded: true });
    }
  }

  #change(jobId: string, change: (state: JobState) => JobState): void {
    const before = this.state.get().jobs.get(jobId);
    if (!before || this.#isStopped) return;
    const after = change(before);
    if (after === before) return;
    this.#set(after);
    if (isFinished(after) && !isFinished(before)) this.source.unwatch(jobId);
  }

  #set(state: JobState): void {
    this.state.patch({ jobs: new Map(this.state.get().jobs).set(state.jobId, state) });
  }

  #unfinished(): string[] {
    return [...this.state.get().jobs.values()]
      .filter((state) => !isFinished(state))
      .map(({ jobId }) => jobId);
  }
}
