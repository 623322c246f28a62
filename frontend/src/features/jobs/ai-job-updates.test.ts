import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { JobEvent, JobEventType, JobStatus } from "../../lib/socket-events";
import { isFinished, receive, unknownJob, type JobSnapshot } from "./ai-job-log";
import { AIJobUpdates, type JobFeedEvents, type JobSource } from "./ai-job-updates";

/** A server with one log per job, whose feed can be cut, lose events and answer late. */
class FakeSource implements JobSource {
  readonly logs = new Map<string, JobEvent[]>();
  readonly polled: string[] = [];
  readonly watched: [string, number][] = [];
  readonly unwatched: string[] = [];
  isOpen = false;
  loses: (event: JobEvent) => boolean = () => false;
  #events: JobFeedEvents | null = null;

  readonly listen = (events: JobFeedEvents): (() => void) => {
    this.#events = events;
    if (this.isOpen) events.connected();
    return () => (this.#events = null);
  };

  readonly watch = async (jobId: string, after: number): Promise<readonly JobEvent[]> => {
    this.watched.push([jobId, after]);
    await Promise.resolve();
    if (!this.isOpen) throw new Error("closed");
    return this.#log(jobId).filter(({ seq }) => seq > after);
  };

  readonly unwatch = (jobId: string): void => void this.unwatched.push(jobId);

  readonly poll = async (jobId: string): Promise<JobSnapshot> => {
    this.polled.push(jobId);
    await Promise.resolve();
    return this.#snapshot(jobId);
  };

  readonly listOfCanvas = async (): Promise<readonly JobSnapshot[]> => {
    await Promise.resolve();
    return [...this.logs.keys()].map((jobId) => this.#snapshot(jobId));
  };

  open(): void {
    this.isOpen = true;
    this.#events?.connected();
  }

  cut(): void {
    this.isOpen = false;
    this.#events?.disconnected();
  }

  log(jobId: string, type: JobEventType, progress = 0): void {
    const log = this.#log(jobId);
    const status: JobStatus =
      type === "progress" || type === "partial" ? "processing" : type === "retrying" ? "queued" : type;
    const at = new Date(Date.UTC(2026, 0, 1) + log.length * 1_000).toISOString();
    const about = { job_id: jobId, job_type: "create_canvas", canvas_id: "canvas" };
    const event = { ...about, seq: log.length + 1, type, status, progress, message: null, data: null, at };
    log.push(event);
    if (this.isOpen && !this.loses(event)) this.#events?.event(event);
  }

  cutHistory(jobId: string, to: number): void {
    this.#events?.gap({ job_id: jobId, from: 1, to });
  }

  #log(jobId: string): JobEvent[] {
    const log = this.logs.get(jobId) ?? [];
    this.logs.set(jobId, log);
    return log;
  }

  #snapshot(jobId: string): JobSnapshot {
    const state = receive(unknownJob(jobId), this.#log(jobId));
    return {
      job_id: jobId,
      job_type: state.jobType,
      canvas_id: state.canvasId,
      status: state.status,
      progress: state.progress,
      message: state.message,
      created_at: state.queuedAt ?? "",
      started_at: state.startedAt,
      completed_at: state.endedAt,
      attempt: 1,
      last_seq: state.seq,
    };
  }
}

let source: FakeSource;
let stop: (() => void) | null = null;

function follow(scope: { jobId: string } | { canvasId: string }): AIJobUpdates {
  const updates = new AIJobUpdates(source, scope);
  stop = updates.start();
  return updates;
}

function jobOf(updates: AIJobUpdates, jobId = "job") {
  return updates.state.get().jobs.get(jobId);
}

beforeEach(() => {
  vi.useFakeTimers();
  source = new FakeSource();
});
afterEach(() => {
  stop?.();
  vi.useRealTimers();
});

describe("following one job", () => {
  it("replays what happened before it was watched, and then goes on live", async () => {
    source.isOpen = true;
    source.log("job", "queued");
    source.log("job", "processing");
    const updates = follow({ jobId: "job" });
    await vi.advanceTimersByTimeAsync(1);
    expect(jobOf(updates)).toMatchObject({ seq: 2, status: "processing" });
    source.log("job", "progress", 60);
    expect(jobOf(updates)).toMatchObject({ seq: 3, progress: 60 });
  });

  it("asks again, from where it is, when an event was lost", async () => {
    source.isOpen = true;
    const updates = follow({ jobId: "job" });
    source.log("job", "queued");
    await vi.advanceTimersByTimeAsync(1);
    source.loses = ({ seq }) => seq === 2;
    source.log("job", "processing");
    source.log("job", "progress", 40);
    expect(jobOf(updates)).toMatchObject({ seq: 1 });
    await vi.advanceTimersByTimeAsync(200);
    expect(jobOf(updates)).toMatchObject({ seq: 3, progress: 40 });
    expect(source.watched.at(-1)).toEqual(["job", 1]);
  });

  it("finds out by itself that the last event was lost", async () => {
    source.isOpen = true;
    const updates = follow({ jobId: "job" });
    source.log("job", "queued");
    source.loses = () => true;
    source.log("job", "cancelled");
    await vi.advanceTimersByTimeAsync(20_000);
    expect(jobOf(updates)).toMatchObject({ status: "cancelled" });
  });

  it("gets what happened while it was away when the connection is back", async () => {
    source.isOpen = true;
    const updates = follow({ jobId: "job" });
    source.log("job", "queued");
    source.cut();
    source.log("job", "processing");
    source.log("job", "completed", 100);
    source.open();
    await vi.advanceTimersByTimeAsync(1);
    expect(jobOf(updates)).toMatchObject({ seq: 3, status: "completed" });
  });

  it("asks by plain requests while there is no feed, until the job has ended", async () => {
    source.log("job", "queued");
    const updates = follow({ jobId: "job" });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(jobOf(updates)).toMatchObject({ status: "queued", seq: 1 });
    source.log("job", "processing");
    source.log("job", "completed", 100);
    await vi.advanceTimersByTimeAsync(2_500);
    expect(jobOf(updates)).toMatchObject({ status: "completed", progress: 100 });
    const asked = source.polled.length;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(source.polled.length).toBe(asked);
  });

  it("does not ask by plain requests while the feed is there", async () => {
    source.isOpen = true;
    follow({ jobId: "job" });
    source.log("job", "queued");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(source.polled).toEqual([]);
  });

  it("goes on after what retention has cut", async () => {
    source.isOpen = true;
    vi.spyOn(source, "watch").mockResolvedValue([]);
    const updates = follow({ jobId: "job" });
    source.loses = ({ seq }) => seq < 4;
    for (const type of ["queued", "processing", "progress", "completed"] as const) source.log("job", type);
    expect(jobOf(updates)).toMatchObject({ seq: 0 });
    source.cutHistory("job", 3);
    expect(jobOf(updates)).toMatchObject({ seq: 4, status: "completed" });
    await vi.advanceTimersByTimeAsync(1);
  });
});

describe("following a canvas", () => {
  it("shows the jobs there were, whoever started them, and those that begin", async () => {
    source.log("old", "queued");
    source.log("old", "failed");
    source.isOpen = true;
    const updates = follow({ canvasId: "canvas" });
    await vi.advanceTimersByTimeAsync(1);
    source.log("new", "queued");
    source.log("new", "processing");
    expect(updates.state.get().isLoaded).toBe(true);
    expect(jobOf(updates, "old")).toMatchObject({ status: "failed" });
    expect(jobOf(updates, "new")).toMatchObject({ status: "processing" });
    expect(source.watched.map(([jobId]) => jobId)).not.toContain("old");
  });

  it("finds a job that somebody started while this page was away", async () => {
    source.isOpen = true;
    const updates = follow({ canvasId: "canvas" });
    source.cut();
    source.log("missed", "queued");
    source.log("missed", "processing");
    source.open();
    await vi.advanceTimersByTimeAsync(1);
    expect(jobOf(updates, "missed")).toMatchObject({ seq: 2, status: "processing" });
  });

  it("is silent about jobs of other canvases", async () => {
    source.isOpen = true;
    const updates = follow({ canvasId: "another" });
    source.log("job", "queued");
    expect(jobOf(updates)).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
  });

  it("ends equal to the server's log through random losses and cuts", async () => {
    let dice = 11;
    const random = (): number => (dice = (dice * 48_271) % 2_147_483_647) / 2_147_483_647;
    source.loses = () => random() < 0.4;
    source.isOpen = true;
    const updates = follow({ canvasId: "canvas" });
    const jobs = ["a", "b", "c"];
    for (const jobId of jobs) source.log(jobId, "queued");
    for (let step = 0; step < 120; step++) {
      source.log(jobs[step % 3] ?? "a", random() < 0.2 ? "processing" : "progress", step % 100);
      if (random() < 0.1) source.cut();
      else if (random() < 0.3) source.open();
      await vi.advanceTimersByTimeAsync(random() * 400);
    }
    for (const jobId of jobs) source.log(jobId, "completed", 100);
    source.open();
    await vi.advanceTimersByTimeAsync(20_000);
    for (const jobId of jobs) {
      const state = jobOf(updates, jobId);
      expect(state && isFinished(state)).toBe(true);
      expect(state?.seq).toBe(source.logs.get(jobId)?.length);
      expect(source.unwatched).toContain(jobId);
    }
  });
});
