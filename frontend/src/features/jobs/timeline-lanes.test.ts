import { expect, test } from "vitest";

import { aJob } from "../../test/jobs";
import type { FullJob, Stretch } from "./job-types";
import { timelineLanes } from "./timeline-lanes";

const at = (seconds: number) => new Date(Date.parse("2026-01-01T10:00:00Z") + seconds * 1_000).toISOString();
const wait = (from: number, to: number | null, message: string): Stretch => ({
  kind: "wait",
  start: at(from),
  end: to === null ? null : at(to),
  message,
});
const run = (from: number, to: number | null, attempt: number, outcome: string, error?: string): Stretch => ({
  kind: "run",
  start: at(from),
  end: to === null ? null : at(to),
  message: "",
  attempt,
  outcome,
  error_message: error ?? null,
});

function full(changes: Partial<FullJob>): FullJob {
  const empty = {
    request_data: {},
    cache_key: null,
    timeline: [],
    result: null,
    result_bytes: null,
    attempts: [],
    steps: [],
    waiting_for: [],
  };
  return { ...aJob(), ...empty, ...changes };
}

test("waits and runs share one axis, each with its words, and steps lie in their run", () => {
  const job = full({
    status: "completed",
    completed_at: at(10),
    timeline: [
      wait(0, 2, "It waited for its turn."),
      run(2, 4, 1, "retried", "The disk is full."),
      wait(4, 5, "It waits for its retry."),
      run(5, 10, 2, "completed"),
    ],
    steps: [{ name: "render", started_at: at(6), ended_at: at(8), duration_ms: 2_000 }],
  });
  const lanes = timelineLanes(job, 0).map(({ look, name, words, from, to }) => [look, name, words, from, to]);
  expect(lanes).toEqual([
    ["wait", "Waiting", "It waited for its turn.", 0, 0.2],
    ["retried", "Attempt 1", "failed, tried again: The disk is full.", 0.2, 0.4],
    ["wait", "Waiting", "It waits for its retry.", 0.4, 0.5],
    ["completed", "Attempt 2", "done", 0.5, 1],
    ["step", "Step render", "", 0.6, 0.8],
  ]);
});

test("what goes on grows with the clock, and a wait too short to notice is left out", () => {
  const job = full({ status: "processing", timeline: [wait(0, 0.01, "x"), run(0.01, null, 1, "running")] });
  const [lane, ...others] = timelineLanes(job, Date.parse(at(4)));
  expect(others).toEqual([]);
  expect(lane).toMatchObject({ look: "running", to: 1, length: "4\u00a0s" });
});
