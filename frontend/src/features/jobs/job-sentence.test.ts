import { expect, test } from "vitest";

import { formatClock } from "../../lib/format";
import { aJob, anEvent } from "../../test/jobs";
import { jobSentence, sentenceText } from "./job-sentence";
import type { FullJob, Job, WaitingFor } from "./job-types";
import { timelineEntries } from "./timeline";

const NOW = Date.parse("2026-01-01T10:00:00Z");
const read = (changes: Partial<Job>) =>
  sentenceText(jobSentence(aJob(changes), NOW)).replaceAll(/[\u00a0\u202f]/g, " ");

test("a retry counts down", () => {
  expect(read({ attempt: 2, run_at: "2026-01-01T10:00:05.5Z" })).toBe(
    "Create canvas · “onboarding flow” · retry 2 of 3 in 6 s",
  );
});

test.each<[Partial<Job>, string]>([
  [{}, "waiting for a worker"],
  [{ run_at: "2026-01-01T10:05:00Z" }, "starts in 5 min"],
  [{ attempt: 1, run_at: "2026-01-01T09:59:00Z" }, "retry 1 of 3 is about to start"],
  [{ status: "processing", started_at: "2026-01-01T09:59:48Z" }, "running for 12 s"],
  [{ status: "processing", message: "Drawing 3 of 8" }, "Drawing 3 of 8"],
  [{ status: "processing", cancel_requested: true, message: "Drawing" }, "stopping…"],
  [
    { status: "completed", started_at: "2026-01-01T09:59:50Z", completed_at: "2026-01-01T09:59:53Z" },
    "done in 3 s",
  ],
  [
    { status: "failed", error: { code: "x", message: "No model is set up.", correlation_id: "c" } },
    "failed: No model is set up.",
  ],
  [{ status: "cancelled" }, "cancelled"],
])("%o reads as its state", (changes, state) => {
  expect(read(changes)).toBe(`Create canvas · “onboarding flow” · ${state}`);
});

test("a wait for a provider says until when, by the clock here", () => {
  const waits: WaitingFor = {
    cause: "provider",
    message: "The provider openai/gpt-4o is asking us to slow down.",
    until: "2026-01-01T10:02:00Z",
  };
  const time = formatClock("2026-01-01T10:02:00Z");
  expect(read({ waiting_for: [waits] } as Partial<FullJob>)).toBe(
    "Create canvas · “onboarding flow” · The provider openai/gpt-4o is asking us to slow down. " +
      `Your job waits until ${time} and goes on by itself.`.replaceAll("\u202f", " "),
  );
});

test("the time in the server's sentence becomes the time here, and is said once", () => {
  const message =
    "The provider “openai/gpt-4o” is asking us to slow down. " +
    "Your job waits until 10:02 UTC and costs nothing meanwhile.";
  const waits: WaitingFor = { cause: "provider", message, until: "2026-01-01T10:02:00Z" };
  const time = formatClock("2026-01-01T10:02:00Z").replaceAll("\u202f", " ");
  expect(read({ waiting_for: [waits] } as Partial<FullJob>)).toBe(
    `Create canvas · “onboarding flow” · ${message.replace("10:02 UTC", time)}`,
  );
});

test("a summary without a subject stands alone", () => {
  expect(read({ summary: "Sleep 3 s" })).toBe("Sleep 3 s · waiting for a worker");
});

test("an unknown job type still reads as words, and no summary leaves no hole", () => {
  expect(read({ job_type: "send_low_stock_alert", summary: null })).toBe(
    "Send low stock alert · waiting for a worker",
  );
});

test("the timeline joins runs of progress and of parts", () => {
  const entries = timelineEntries([
    anEvent("queued", 1),
    anEvent("processing", 2, { data: { attempt: 2 } }),
    anEvent("progress", 3, { message: "Drawing", progress: 20 }),
    anEvent("progress", 4, { message: "Drawing", progress: 60 }),
    anEvent("partial", 5, { data: { element_ids: ["a", "b"] } }),
    anEvent("partial", 6, { data: { element_ids: ["b", "c"] } }),
    anEvent("failed", 7, { message: "The disk is full." }),
  ]);
  expect(entries.map(({ text }) => text)).toEqual([
    "Queued",
    "A worker started attempt 2",
    "Drawing · 60 %",
    "3 elements drawn",
    "Failed: The disk is full.",
  ]);
});
