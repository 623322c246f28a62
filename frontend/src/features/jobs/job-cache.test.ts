import { expect, test } from "vitest";

import { createQueryClient } from "../../lib/query-client";
import { aJob, anEvent, JOB_ID } from "../../test/jobs";
import { applyEvent, keepNewerEvents, keepNewerJob, patchJob } from "./job-cache";
import { jobKeys } from "./job-keys";
import { keepNewerPages, type JobPages } from "./job-lists";
import type { Job, JobHistoryEvent } from "./job-types";

const OTHER_ID = "0198b7a0-1111-7000-8000-00000000000f";

function pages(...items: Job[]): JobPages {
  return { pages: [{ items, next_cursor: null, total: null, found_until: null }], pageParams: [null] };
}

function cacheWith(...items: Job[]) {
  const client = createQueryClient();
  client.setQueryData(jobKeys.list("all", {}), pages(...items));
  return client;
}

function listed(client: ReturnType<typeof createQueryClient>): Job[] {
  return client.getQueryData<JobPages>(jobKeys.list("all", {}))?.pages.flatMap((page) => page.items) ?? [];
}

test("events move a job on by their sequence numbers", () => {
  const running = applyEvent(
    aJob(),
    anEvent("processing", 2, { at: "2026-01-01T10:00:01Z", data: { attempt: 1 } }),
  );
  expect(running).toMatchObject({ status: "processing", attempt: 1, started_at: "2026-01-01T10:00:01Z" });
  const further = applyEvent(running, anEvent("progress", 3, { progress: 40, message: "Drawing" }));
  expect(further).toMatchObject({ progress: 40, message: "Drawing", last_seq: 3 });
  const done = applyEvent(further, anEvent("completed", 4, { progress: 100, at: "2026-01-01T10:00:09Z" }));
  expect(done).toMatchObject({ status: "completed", completed_at: "2026-01-01T10:00:09Z" });
});

test("a late or repeated event changes nothing, not even the object", () => {
  const job = aJob({ status: "completed", progress: 100, last_seq: 7 });
  expect(applyEvent(job, anEvent("progress", 6, { progress: 50 }))).toBe(job);
  expect(applyEvent(job, anEvent("progress", 7, { progress: 50 }))).toBe(job);
});

test("a retry says when it will run, and the next start clears it", () => {
  const running = aJob({ status: "processing", last_seq: 2, attempt: 1 });
  const waiting = applyEvent(running, anEvent("retrying", 3, { data: { run_at: "2026-01-01T10:01:00Z" } }));
  expect(waiting).toMatchObject({ status: "queued", run_at: "2026-01-01T10:01:00Z" });
  expect(applyEvent(waiting, anEvent("processing", 4)).run_at).toBeNull();
});

test("a failure keeps its sentence", () => {
  const failed = applyEvent(
    aJob(),
    anEvent("failed", 2, { data: { error: { code: "x", message: "The model did not answer." } } }),
  );
  expect(failed.error?.message).toBe("The model did not answer.");
});

test("an answer that an event overtook does not take the job back", () => {
  const ahead = aJob({ last_seq: 9, progress: 80 });
  const behind = aJob({ last_seq: 5, progress: 40 });
  expect(keepNewerJob(ahead, behind)).toBe(ahead);
  expect(keepNewerJob(behind, ahead)).toBe(ahead);
  const merged = keepNewerPages(pages(ahead), pages(behind, aJob({ job_id: OTHER_ID })));
  expect(merged.pages[0]?.items.map((job) => job.progress)).toEqual([80, 0]);
});

test("a shorter history does not replace a longer one", () => {
  const long: JobHistoryEvent[] = [anEvent("queued", 1), anEvent("processing", 2)];
  expect(keepNewerEvents(long, [anEvent("queued", 1)])).toBe(long);
});

test("an event patches its job in every list and on its page, and no other job", () => {
  const client = cacheWith(aJob(), aJob({ job_id: OTHER_ID }));
  client.setQueryData(jobKeys.detail(JOB_ID), aJob());
  const [, other] = listed(client);
  const patched = patchJob(client, anEvent("progress", 2, { progress: 30 }));
  expect(patched).toMatchObject({ inSomeList: true, statusChanged: true });
  expect(listed(client)[0]?.progress).toBe(30);
  expect(listed(client)[1]).toBe(other);
  expect(client.getQueryData<Job>(jobKeys.detail(JOB_ID))?.progress).toBe(30);
});

test("an event that is not news leaves the very same list in the cache", () => {
  const client = cacheWith(aJob({ last_seq: 5 }));
  const before = client.getQueryData(jobKeys.list("all", {}));
  patchJob(client, anEvent("progress", 4));
  expect(client.getQueryData(jobKeys.list("all", {}))).toBe(before);
});

test("the history grows without gaps, and a gap is reported", () => {
  const client = createQueryClient();
  client.setQueryData<JobHistoryEvent[]>(jobKeys.events(JOB_ID), [anEvent("queued", 1)]);
  expect(patchJob(client, anEvent("processing", 2)).missedEvents).toBe(false);
  expect(patchJob(client, anEvent("processing", 2)).missedEvents).toBe(false);
  expect(patchJob(client, anEvent("progress", 4)).missedEvents).toBe(true);
  const history = client.getQueryData<JobHistoryEvent[]>(jobKeys.events(JOB_ID));
  expect(history?.map(({ seq }) => seq)).toEqual([1, 2]);
});
