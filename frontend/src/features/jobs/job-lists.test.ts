import { expect, test } from "vitest";

import { createQueryClient } from "../../lib/query-client";
import { aJob } from "../../test/jobs";
import type { JobFilters, ListGroup } from "./filters";
import { appendJob, changeInLists, insertJob, type JobPages } from "./job-lists";
import { jobKeys } from "./job-keys";
import type { Job } from "./job-types";

const pages = (items: Job[], next_cursor: string | null = null): JobPages => ({
  pages: [{ items, next_cursor, total: null, found_until: null }],
  pageParams: [null],
});

test("a job that ends appears in the list of what has ended, under the same filters only", () => {
  const client = createQueryClient();
  const put = (group: ListGroup, filters: JobFilters, items: Job[]) =>
    client.setQueryData(jobKeys.list(group, filters), pages(items));
  const ids = (group: ListGroup, filters: JobFilters) =>
    client.getQueryData<JobPages>(jobKeys.list(group, filters))?.pages[0]?.items.map(({ job_id }) => job_id);
  put("running", { queue: "ai" }, [aJob({ job_id: "b", status: "processing" })]);
  put("finished", { queue: "ai" }, [
    aJob({ job_id: "c", status: "failed" }),
    aJob({ job_id: "a", status: "failed" }),
  ]);
  put("finished", { queue: "exports" }, []);
  put("finished", { queue: "ai", status: "failed" }, []);
  const change = changeInLists(client, "b", (job) => ({ ...job, status: "completed", last_seq: 9 }));
  expect(change).toEqual({ inSomeList: true, statusChanged: true });
  expect(ids("finished", { queue: "ai" })).toEqual(["c", "b", "a"]);
  expect(ids("finished", { queue: "exports" })).toEqual([]);
  expect(ids("finished", { queue: "ai", status: "failed" })).toEqual([]);
});

test("a job that is older than all that is loaded waits for its page", () => {
  const loaded = pages([aJob({ job_id: "m" })], "next");
  expect(insertJob(loaded, aJob({ job_id: "a" }))).toBe(loaded);
  expect(insertJob(pages([aJob({ job_id: "m" })]), aJob({ job_id: "a" })).pages[0]?.items).toHaveLength(2);
});

test("who comes to wait stands behind all, once all are loaded", () => {
  const loaded = pages([aJob({ job_id: "m" })], "next");
  expect(appendJob(loaded, aJob({ job_id: "z" }))).toBe(loaded);
  const all = appendJob(pages([aJob({ job_id: "m" })]), aJob({ job_id: "z" }));
  expect(all.pages[0]?.items.map(({ job_id }) => job_id)).toEqual(["m", "z"]);
});
