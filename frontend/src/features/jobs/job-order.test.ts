import { expect, test } from "vitest";

import { aJob } from "../../test/jobs";
import { JobOrder } from "./job-order";
import type { Job, JobStatus } from "./job-types";

const job = (id: string, status: JobStatus): Job => aJob({ job_id: id, status });
const ids = ({ active, finished }: ReturnType<JobOrder["arrange"]>) =>
  [active, finished].map((part) => part.map(({ job_id }) => job_id).join(""));

test("what runs stands before what waits, as it comes, then what has ended", () => {
  const jobs = [
    job("a", "queued"),
    job("b", "completed"),
    job("c", "processing"),
    job("d", "queued"),
    job("e", "failed"),
  ];
  expect(ids(new JobOrder().arrange(jobs, 0, false))).toEqual(["cad", "eb"]);
});

test("what ended last is on top", () => {
  const jobs = [
    aJob({ job_id: "e", status: "failed", completed_at: "2026-01-01T10:05:00Z" }),
    aJob({ job_id: "f", status: "completed", completed_at: "2026-01-01T10:09:00Z" }),
  ];
  expect(ids(new JobOrder().arrange(jobs, 0, false))).toEqual(["", "fe"]);
});

test("what waits stands as the server says, but passes nothing under a pointer", () => {
  const order = new JobOrder();
  const line = (names: string) => Array.from(names, (id) => job(id, "queued"));
  expect(ids(order.arrange(line("abcd"), 0, false))).toEqual(["abcd", ""]);
  expect(ids(order.arrange(line("dabce"), 0, true))).toEqual(["abcde", ""]);
  expect(ids(order.arrange(line("dabce"), 0, false))).toEqual(["dabce", ""]);
});

test("what is cancelled stays at its number for a moment, wherever the answers have it", () => {
  const order = new JobOrder();
  order.arrange([job("a", "queued"), job("b", "queued"), job("c", "queued")], 0, false);
  const after = [job("a", "queued"), job("c", "queued"), job("b", "cancelled")];
  expect(ids(order.arrange(after, 1_000, false))).toEqual(["abc", ""]);
  expect(ids(order.arrange(after, 9_000, false))).toEqual(["ac", "b"]);
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
  expect(ids(order.arrange([job("b", "completed"), job("a", "processing")], 60_000, true))).toEqual([
    "ab",
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
