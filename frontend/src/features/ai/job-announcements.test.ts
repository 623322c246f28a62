import { expect, it } from "vitest";

import { unknownJob, type JobState } from "../jobs/ai-job-log";
import { announcements } from "./job-announcements";

const job = (state: Partial<JobState>): JobState => ({ ...unknownJob("job"), seq: 1, ...state });

it("tells of beginnings and ends, and of nothing in between", () => {
  const queued = job({});
  const running = job({ status: "processing", progress: 10 });
  const further = job({ status: "processing", progress: 60 });
  const failed = job({
    status: "failed",
    outcome: { code: "cannot_plan", message: "Nothing is called Pay." },
  });
  expect(announcements([queued], [running])).toEqual(["The AI has started drawing."]);
  expect(announcements([running], [further])).toEqual([]);
  expect(announcements([further], [failed])).toEqual(["The drawing failed. Nothing is called Pay."]);
  expect(announcements([failed], [failed])).toEqual([]);
});

it("does not tell of what had ended before one came", () => {
  expect(
    announcements([], [job({ status: "completed" }), job({ jobId: "other", status: "failed" })]),
  ).toEqual([]);
});
