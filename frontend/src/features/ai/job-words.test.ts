import { describe, expect, it } from "vitest";

import { unknownJob, type JobState } from "../jobs/ai-job-log";
import { engineName, errorOf, jobWords, shortInstruction } from "./job-words";

const START = Date.UTC(2026, 0, 1);
const at = (seconds: number): string => new Date(START + seconds * 1_000).toISOString();

function job(state: Partial<JobState>): JobState {
  return { ...unknownJob("job"), jobType: "create_canvas", seq: 1, queuedAt: at(0), ...state };
}

describe("a job in words", () => {
  it("waits, and says for how long", () => {
    expect(jobWords(job({}), null, START + 3_400)).toEqual({
      status: "queued",
      sentence: "Waiting for a worker",
      clock: "3\u00a0s",
    });
  });

  it("does not say that it waits for a worker where none will take it", () => {
    expect(jobWords(job({}), null, START, "paused").sentence).toMatch(/^Its queue is paused/);
    expect(jobWords(job({}), null, START, "no_worker").sentence).toMatch(/^No worker is running/);
    expect(jobWords(job({}), null, START, "no_history").sentence).toBe("Waiting for a worker");
    const running = job({ status: "processing", message: "Drawing 4 of 9" });
    expect(jobWords(running, null, START, "paused").sentence).toBe("Drawing 4 of 9");
  });

  it("says in the worker's words what is being done, and for how long", () => {
    const running = job({ status: "processing", message: "Drawing 4 of 9", startedAt: at(2) });
    expect(jobWords(running, null, START + 14_000)).toMatchObject({
      sentence: "Drawing 4 of 9",
      clock: "12\u00a0s",
    });
  });

  it("never shows a negative time when the two clocks differ", () => {
    expect(jobWords(job({}), null, START - 90_000).clock).toBe("0\u00a0s");
  });

  it("says when it will be tried again", () => {
    const waiting = job({ isRetrying: true, runAt: at(9) });
    expect(jobWords(waiting, null, START)).toMatchObject({
      status: "retrying",
      sentence: "It did not work yet; next try in 9\u00a0s",
    });
  });

  it("says what it waits for when nothing has failed", () => {
    const waiting = job({ waitsFor: "Waiting for the embedded model, 63 %", runAt: at(9) });
    expect(jobWords(waiting, null, START)).toMatchObject({
      status: "queued",
      sentence: "Waiting for the embedded model, 63 %",
    });
  });

  it("says who drew it and how long that took", () => {
    const done = job({ status: "completed", startedAt: at(1), endedAt: at(2.2) });
    expect(jobWords(done, { engine: { name: "planner" } }, START)).toEqual({
      status: "completed",
      sentence: "Drawn by the planner in 1.2\u00a0s",
      clock: null,
    });
    expect(jobWords(done, null, START).sentence).toBe("Drawn in 1.2\u00a0s");
    expect(jobWords({ ...done, jobType: "modify_canvas" }, null, START).sentence).toBe(
      "Changed in 1.2\u00a0s",
    );
  });

  it("names a model as its provider does", () => {
    expect(engineName({ engine: { name: "openai", model: "gpt-5-mini" } })).toBe("gpt-5-mini");
    expect(engineName({ engine: "planner" })).toBe("the planner");
    expect(engineName({})).toBeNull();
  });

  it("gives the server's reason for a failure, wherever the event carries it", () => {
    const failed = job({ status: "failed", outcome: { code: "needs_model", message: "Write it as steps." } });
    expect(jobWords(failed, null, START).sentence).toBe("Write it as steps.");
    expect(errorOf(job({ status: "failed", outcome: { error: { code: "x", message: "Nested." } } }))).toEqual(
      {
        code: "x",
        message: "Nested.",
      },
    );
    expect(errorOf(job({ status: "failed" }))?.message).toMatch(/Try again/);
    expect(errorOf(job({ status: "completed" }))).toBeNull();
  });

  it("says whether anything is left of what was cancelled", () => {
    expect(jobWords(job({ status: "cancelled" }), null, START).sentence).toMatch(/before anything/);
    expect(jobWords(job({ status: "cancelled", elementIds: ["a"] }), null, START).sentence).toMatch(/stays/);
  });

  it("shortens an instruction without cutting a letter in two", () => {
    expect(shortInstruction("A ->\n B")).toBe("“A -> B”");
    expect(shortInstruction("😀".repeat(80))).toBe(`“${"😀".repeat(59)}…”`);
    expect(shortInstruction(null)).toBe("A drawing");
  });
});
