import { expect, test } from "vitest";

import { aJob } from "../../test/jobs";
import { JobOrder } from "./job-order";
import type { Job, JobStatus } from "./job-types";

const job = (id: string, status: JobStatus): Job => aJob({ job_id: id, status });
const ids = ({ active, finished }: ReturnType<JobOrder["arrange"]>) =>
  [active, finished].map((part) => part.map(({ job_id }) => job_id).join(""));

test("what runs stands before what waits, then what has ended; the newest first", () => {
  const jobs = [
    job("a", "queued"),
    job("b", "completed"),
    job("c", "processing"),
    job("d", "queued"),
    job("e", "failed"),
  ];
  expect(ids(new JobOrder().arrange(jobs, 0, false))).toEqual(["cda", "eb"]);
});

test("once all that waits is there, the next to start stands first; what ended last is on top", () => {
  const estimate = (position: number | null) => ({
    ...{ position, ahead: null, at_least: false, position_reason: null, start: null, finish: null },
    ...{ basis: "", why_unknown: null },
  });
  const jobs = [
    aJob({ job_id: "a", estimate: estimate(2) }),
    aJob({ job_id: "b", estimate: estimate(1) }),
    aJob({ job_id: "c", estimate: estimate(null) }),
    aJob({ job_id: "d", estimate: estimate(3) }),
    aJob({ job_id: "e", status: "completed", completed_at: "2026-01-01T10:09:00Z" }),
    aJob({ job_id: "f", status: "failed", completed_at: "2026-01-01T10:05:00Z" }),
  ];
  expect(ids(new JobOrder().arrange(jobs, 0, false, true))).toEqual(["badc", "ef"]);
  expect(ids(new JobOrder().arrange(jobs, 0, false))).toEqual(["dcba", "ef"]);
});

test("a group whose jobs have begun runs", () => {
  const group = aJob({ job_id: "a", job_type: "job_group", progress: 20 });
  expect(ids(new JobOrder().arrange([group, job("b", "queued")], 0, false))).toEqual(["ab", ""]);
});

test("what ends is seen ending where it stood, and goes down after a moment", () => {
  const order = new JobOrder();
  order.arrange([job("a", "processing")], 0, false);
  expect(ids(order.arrange([job("a", "completed")], 1_000, false))).toEqual(["a", ""]);
  expect(ids(order.arrange([job("a", "completed")], 4_000, false))).toEqual(["a", ""]);
  expect(ids(order.arrange([job("a", "completed")], 5_100, false))).toEqual(["", "a"]);
});

test("nothing changes places while the pointer or the focus is in the list", () => {
  const order = new JobOrder();
  order.arrange([job("a", "queued"), job("b", "queued")], 0, true);
  expect(ids(order.arrange([job("a", "processing"), job("b", "completed")], 60_000, true))).toEqual([
    "ba",
    "",
  ]);
  expect(ids(order.arrange([job("a", "processing"), job("b", "completed")], 70_000, false))).toEqual([
    "a",
    "b",
  ]);
});

test("what had ended before the page was opened is nothing to see", () => {
  expect(ids(new JobOrder().arrange([job("a", "failed")], 0, true))).toEqual(["", "a"]);
});
