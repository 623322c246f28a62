import { describe, expect, it } from "vitest";

import type { JobEvent, JobEventType, JobStatus } from "../../lib/socket-events";
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

function event(seq: number, type: JobEventType, rest: Partial<JobEvent> = {}): JobEvent {
  const status: JobStatus =
    type === "progress" || type === "partial" ? "processing" : type === "retrying" ? "queued" : type;
  return {
    job_id: "job",
    job_type: "create_canvas",
    canvas_id: "canvas",
    seq,
    type,
    status,
    progress: Math.min(100, seq * 4),
    message: `event ${seq}`,
    data: null,
    at: new Date(Date.UTC(2026, 0, 1) + seq * 1_000).toISOString(),
    ...rest,
  };
}

/** A job as the server may log it: attempts that progress, draw and are retried, then an end. */
function serverLog(random: () => number): JobEvent[] {
  const log: JobEvent[] = [];
  const append = (type: JobEventType, rest: Partial<JobEvent> = {}): void => {
    log.push(event(log.length + 1, type, rest));
  };
  append("queued");
  for (let attempt = 0; attempt <= Math.floor(random() * 3); attempt++) {
    if (attempt > 0) append("retrying", { data: { reason: "retry", run_at: "2026-01-01T00:01:00Z" } });
    append("processing");
    for (let step = 0; step < random() * 8; step++) {
      if (random() < 0.5) append("progress");
      else
        append("partial", { data: { element_ids: [`e${log.length}`, `f${log.length}`], canvas_version: 1 } });
    }
  }
  const ending = (["completed", "failed", "cancelled"] as const)[Math.floor(random() * 3)] ?? "completed";
  append(ending, { data: { engine: { name: "planner" } } });
  return log;
}

/** Feeds a page what a bad network leaves of the log, and lets it ask again as long as it knows that it must. */
function throughBadNetwork(log: readonly JobEvent[], random: () => number): JobState {
  let state = unknownJob("job");
  const sent = log
    .filter(() => random() > 0.3)
    .flatMap((entry) => (random() < 0.3 ? [entry, entry] : [entry]));
  const shuffled = sent.map((entry) => [random(), entry] as const).sort(([a], [b]) => a - b);
  for (const [, entry] of shuffled) {
    state = receive(state, [entry]);
    if (hasGap(state) && random() < 0.3) {
      const { seq } = state;
      state = receive(
        state,
        log.filter((stored) => stored.seq > seq && stored.seq <= entry.seq),
      );
    }
  }
  const { seq } = state; // reconnected: the rest is replayed
  return receive(
    state,
    log.filter((stored) => stored.seq > seq),
  );
}

describe("the fold of a job's events", () => {
  it("is the same whatever was lost, doubled and reordered on the way", () => {
    const random = seeded(7);
    for (let round = 0; round < 300; round++) {
      const log = serverLog(random);
      const expected = receive(unknownJob("job"), log);
      expect(throughBadNetwork(log, random)).toEqual(expected);
      expect(expected.seq).toBe(log.length);
      expect(isFinished(expected)).toBe(true);
    }
  });

  it("shows nothing before its turn", () => {
    const state = receive(unknownJob("job"), [event(1, "queued"), event(3, "progress", { progress: 90 })]);
    expect(state).toMatchObject({ seq: 1, status: "queued", progress: 4 });
    expect(hasGap(state)).toBe(true);
    const whole = receive(state, [event(2, "processing")]);
    expect(whole).toMatchObject({ seq: 3, status: "processing", progress: 90 });
    expect(hasGap(whole)).toBe(false);
  });

  it("is the same object when nothing new was said, so that nothing is drawn again", () => {
    const state = receive(unknownJob("job"), [event(1, "queued"), event(2, "processing")]);
    expect(receive(state, [event(1, "queued"), event(2, "processing")])).toBe(state);
  });

  it("gathers the elements that were drawn, and knows when the job began and ended", () => {
    const state = receive(unknownJob("job"), [
      event(1, "queued"),
      event(2, "processing"),
      event(3, "partial", { data: { element_ids: ["a", "b"] } }),
      event(4, "partial", { data: { element_ids: ["b", "c"] } }),
      event(5, "completed", { data: { title: "Sign up" } }),
    ]);
    expect(state.elementIds).toEqual(["a", "b", "c"]);
    expect(state.outcome).toEqual({ title: "Sign up" });
    expect([state.queuedAt, state.startedAt, state.endedAt].map((at) => at?.slice(17, 19))).toEqual([
      "01",
      "02",
      "05",
    ]);
  });

  it("says that it waits for another attempt, and until when", () => {
    const waiting = receive(unknownJob("job"), [
      event(1, "queued"),
      event(2, "processing"),
      event(3, "retrying", { data: { run_at: "2026-01-01T00:00:09Z" } }),
    ]);
    expect(waiting).toMatchObject({ status: "queued", isRetrying: true, runAt: "2026-01-01T00:00:09Z" });
    const again = receive(waiting, [event(4, "processing")]);
    expect(again).toMatchObject({ status: "processing", isRetrying: false, runAt: null });
  });
});

describe("a job that waits without having failed", () => {
  const wait = (reason: string, message: string) =>
    receive(unknownJob("job"), [
      event(1, "queued"),
      event(2, "processing"),
      event(3, "retrying", { message, data: { reason, run_at: "2026-01-01T00:00:09Z" } }),
    ]);

  it("says what for, in the worker's words", () => {
    expect(wait("snoozed", "Waiting for the embedded model, 63 %")).toMatchObject({
      isRetrying: false,
      waitsFor: "Waiting for the embedded model, 63 %",
    });
  });

  it("leaves a provider to the server, which knows until when", () => {
    const message = "The provider “a/b” is asking us to slow down. Your job waits until 10:02 UTC.";
    expect(wait("provider:a/b", message)).toMatchObject({ isRetrying: false, waitsFor: null });
  });

  it("has been tried when an attempt has failed", () => {
    expect(wait("retry", "Tried again.")).toMatchObject({ isRetrying: true, waitsFor: null });
  });
});

describe("what is not an event", () => {
  const snapshot: JobSnapshot = {
    job_id: "job",
    job_type: "create_canvas",
    canvas_id: "canvas",
    status: "failed",
    progress: 30,
    message: null,
    created_at: "2026-01-01T00:00:00Z",
    started_at: "2026-01-01T00:00:01Z",
    completed_at: "2026-01-01T00:00:02Z",
    attempt: 1,
    last_seq: 6,
    error: { code: "needs_model", message: "Say it as steps." },
  };

  it("a snapshot stands for the events that it includes, and those are not counted again", () => {
    const state = catchUp(receive(unknownJob("job"), [event(1, "queued")]), snapshot);
    expect(state).toMatchObject({ seq: 6, status: "failed", outcome: { code: "needs_model" } });
    expect(receive(state, [event(4, "progress")])).toBe(state);
  });

  it("an old snapshot does not turn back what is newer", () => {
    const state = receive(unknownJob("job"), [event(1, "queued"), event(2, "processing")]);
    expect(catchUp(state, { ...snapshot, status: "queued", last_seq: 1 })).toBe(state);
  });

  it("a cut in the history is skipped, and what had come before its turn follows", () => {
    const state = receive(unknownJob("job"), [event(8, "progress"), event(9, "completed")]);
    expect(skip(state, 7)).toMatchObject({ seq: 9, status: "completed", early: [] });
  });
});

/** Mulberry32: the same sequence for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
