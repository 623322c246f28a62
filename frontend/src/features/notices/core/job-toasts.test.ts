import { expect, test } from "vitest";

import { anEvent } from "../../../test/jobs";
import { JobToasts, type JobDetails } from "./job-toasts";
import { lookingAt } from "./looking";

const START = Date.parse("2026-01-01T10:00:05Z");

function about(jobId: string, changes: Partial<JobDetails> = {}): JobDetails {
  return { jobId, title: `Draw ${jobId}`, canvasId: null, isMine: true, isChild: false, ...changes };
}

/** Toasts with a clock of the test's own. */
function setUp() {
  let time = START;
  const toasts = new JobToasts(() => time);
  toasts.look(lookingAt("/", true));
  const event = (id: string, ...rest: Parameters<typeof anEvent>) => {
    const [type, seq, changes] = rest;
    return toasts.event(anEvent(type, seq, { job_id: id, ...changes }));
  };
  return {
    toasts,
    event,
    /** A job that has begun, of which all is known. */
    begin: (id: string, details?: Partial<JobDetails>) => {
      event(id, "queued", 1);
      toasts.learn(about(id, details));
    },
    after: (milliseconds: number) => {
      time += milliseconds;
      toasts.show();
      return toasts.state.get();
    },
    shown: () => {
      toasts.show();
      return toasts.state.get();
    },
  };
}

test("one toast moves from the queue to the end, and leaves after a while", () => {
  const { begin, event, shown, after } = setUp();
  begin("a");
  expect(shown().jobs.map(({ status, details }) => [details?.title, status])).toEqual([["Draw a", "queued"]]);
  event("a", "processing", 2);
  event("a", "progress", 3, { progress: 40, message: "Drawing" });
  expect(shown().jobs).toMatchObject([{ status: "processing", progress: 40, message: "Drawing" }]);
  event("a", "completed", 4);
  expect(shown().jobs).toMatchObject([{ status: "completed", progress: 100 }]);
  expect(after(7_000).jobs).toHaveLength(1);
  expect(after(2_000).jobs).toHaveLength(0);
});

test("an older or a repeated event takes nothing back", () => {
  const { begin, event, shown } = setUp();
  begin("a");
  event("a", "completed", 4);
  event("a", "progress", 3, { progress: 10 });
  event("a", "completed", 4);
  expect(shown().jobs).toMatchObject([{ status: "completed" }]);
});

test("whose job it is must be known: others' jobs and children of groups are never shown", () => {
  const { toasts, event, begin, shown } = setUp();
  expect(event("staff-sees-it", "processing", 2)).toBe(true);
  expect(shown().jobs).toEqual([]);
  toasts.learn(about("staff-sees-it", { isMine: false }));
  begin("child", { isChild: true });
  expect(shown()).toEqual({ jobs: [], many: null, underWaySince: null });
});

test("nothing is shown of a canvas that is in front of the person, and all of it when they leave", () => {
  const { toasts, begin, event, shown } = setUp();
  begin("a", { canvasId: "c1" });
  toasts.look(lookingAt("/canvas/c1", true));
  expect(shown().jobs).toEqual([]);
  expect(shown().underWaySince).toBe(START);
  toasts.look(lookingAt("/canvas/c1", false)); // another tab is in front
  expect(shown().jobs).toHaveLength(1);
  toasts.look(lookingAt("/canvas/c2", true));
  expect(shown().jobs).toHaveLength(1);
  toasts.look(lookingAt("/canvas/c1", true));
  event("a", "completed", 2);
  expect(shown().jobs).toEqual([]);
  toasts.look(lookingAt("/", true)); // its end was seen on the canvas
  expect(shown().jobs).toEqual([]);
});

test("a closed toast comes back with the end, and not before", () => {
  const { toasts, begin, event, shown } = setUp();
  begin("a");
  toasts.close("a");
  event("a", "progress", 2, { progress: 50 });
  expect(shown().jobs).toEqual([]);
  event("a", "failed", 3, { data: { error: { code: "x", message: "No model" } } });
  expect(shown().jobs).toMatchObject([{ status: "failed", message: "No model" }]);
  toasts.close("a");
  expect(shown().jobs).toEqual([]);
});

test("a burst of 50 jobs is one toast from its beginning to its end", () => {
  const { begin, event, shown, after } = setUp();
  const ids = Array.from({ length: 50 }, (_, number) => `job-${number}`);
  ids.forEach((id) => begin(id));
  expect(shown()).toMatchObject({ jobs: [], many: { total: 50, completed: 0 } });
  ids.slice(0, 47).forEach((id) => event(id, "completed", 2));
  expect(after(30_000)).toMatchObject({ jobs: [], many: { total: 50, completed: 47 } }); // three are left: no three toasts
  event("job-47", "failed", 2);
  event("job-48", "cancelled", 2);
  event("job-49", "completed", 2);
  expect(shown().many).toEqual({ total: 50, completed: 48, failed: 1, cancelled: 1 });
  expect(after(25_000)).toEqual({ jobs: [], many: null, underWaySince: null });
});

test("a burst that was closed stays closed", () => {
  const { toasts, begin, event, shown } = setUp();
  ["a", "b", "c", "d"].forEach((id) => begin(id));
  expect(shown().many?.total).toBe(4);
  toasts.closeAll();
  ["a", "b", "c", "d"].forEach((id) => event(id, "completed", 2));
  expect(shown()).toMatchObject({ jobs: [], many: null });
});

test("an end of which only the notice is heard is shown, once", () => {
  const { toasts, event, shown } = setUp();
  toasts.end(about("a"), "failed", "Out of time");
  expect(shown().jobs).toMatchObject([{ status: "failed", message: "Out of time" }]);
  toasts.end(about("a"), "failed", "Out of time");
  event("a", "failed", 9);
  expect(shown().jobs).toHaveLength(1);
});

test("an end of long ago is no news", () => {
  const { event, shown } = setUp();
  expect(event("a", "completed", 5, { at: "2026-01-01T09:00:00Z" })).toBe(false);
  expect(shown().jobs).toEqual([]);
});

test("a job that is tried again by hand begins anew", () => {
  const { begin, event, shown, after } = setUp();
  begin("a");
  event("a", "failed", 2);
  after(5_000);
  event("a", "queued", 3);
  expect(shown().jobs).toMatchObject([{ status: "queued", isRetrying: false, endedAt: null }]);
  expect(shown().underWaySince).toBe(START + 5_000);
  event("a", "retrying", 4);
  expect(shown().jobs).toMatchObject([{ isRetrying: true }]);
});

test.each(["/jobs", "/jobs/another", "/staff", "/staff/workers"])(
  "nothing lies over the jobs of %s",
  (path) => {
    const { toasts, begin, event, shown } = setUp();
    begin("a");
    begin("b");
    begin("c");
    expect(shown().many).toMatchObject({ total: 3 });
    toasts.look(lookingAt(path, true));
    event("a", "progress", 2, { progress: 50 });
    expect(shown()).toMatchObject({ jobs: [], many: null });
    toasts.look(lookingAt("/settings", true));
    expect(shown().many).toMatchObject({ total: 3 });
    toasts.look(lookingAt(path, true));
    event("a", "completed", 3);
    expect(shown()).toMatchObject({ jobs: [], many: null });
  },
);

test("a better prompt, which appears where one asked for it, is told nowhere else", () => {
  const { toasts, event, shown } = setUp();
  expect(event("a", "queued", 1, { job_type: "generate_prompt" })).toBe(false);
  event("a", "completed", 2, { job_type: "generate_prompt" });
  expect(shown().jobs).toEqual([]);
  expect(toasts.isAnsweredInPlace("a")).toBe(true);
  expect(toasts.isAnsweredInPlace("b")).toBe(false);
});
