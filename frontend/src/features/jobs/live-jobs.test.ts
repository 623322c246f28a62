import { QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { createQueryClient } from "../../lib/query-client";
import type { liveFeed } from "../../lib/live-feed";
import { aJob, anEvent, JOB_ID } from "../../test/jobs";
import type { JobPages } from "./job-lists";
import { jobKeys } from "./job-keys";
import { followJobs } from "./live-jobs";

type Listener = (...args: never[]) => void;

/** A socket of which the test is the server. */
function fakeSource() {
  const listeners = new Map<string, Set<Listener>>();
  return {
    source: {
      on: (name: string, listener: Listener) =>
        void listeners.set(name, (listeners.get(name) ?? new Set()).add(listener)),
      off: (name: string, listener: Listener) => void listeners.get(name)?.delete(listener),
    } as unknown as Pick<typeof liveFeed, "on" | "off">,
    send: (name: string, payload?: unknown) =>
      listeners.get(name)?.forEach((listener) => listener(payload as never)),
    listening: () => [...listeners.values()].reduce((sum, set) => sum + set.size, 0),
  };
}

function follow() {
  const client = createQueryClient();
  const { source, send, listening } = fakeSource();
  const asked = { lists: 0, detail: 0 };
  const data: JobPages = {
    pages: [{ items: [aJob()], next_cursor: null, total: null, found_until: null }],
    pageParams: [null],
  };
  watch(client, jobKeys.list("all", {}), data, () => (asked.lists += 1));
  watch(client, jobKeys.detail(JOB_ID), aJob(), () => (asked.detail += 1));
  const stop = followJobs(client, source);
  return { client, send, stop, asked, listening };
}

/** An active query that counts how often it is asked again. */
function watch(
  client: ReturnType<typeof createQueryClient>,
  queryKey: readonly unknown[],
  data: unknown,
  count: () => void,
) {
  client.setQueryData(queryKey, data);
  new QueryObserver(client, {
    queryKey,
    staleTime: Infinity,
    queryFn: () => {
      count();
      return client.getQueryData(queryKey);
    },
  }).subscribe(() => undefined);
}

const { type: _type, ...progress } = anEvent("progress", 3, { progress: 55 });

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("a progress event shows at once and asks the server for nothing", async () => {
  const { client, send, asked } = follow();
  send("job:processing", anEvent("processing", 2));
  await vi.advanceTimersByTimeAsync(1_000);
  asked.lists = asked.detail = 0;
  send("job:progress", progress);
  expect(client.getQueryData<JobPages>(jobKeys.list("all", {}))?.pages[0]?.items[0]?.progress).toBe(55);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked).toEqual({ lists: 0, detail: 0 });
});

test("a burst of new jobs asks for the list once", async () => {
  const { send, asked } = follow();
  for (let number = 0; number < 50; number += 1) {
    send("job:queued", anEvent("queued", 1, { job_id: `job-${number}` }));
  }
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked.lists).toBe(1);
});

test("an ended job asks for what the event does not carry", async () => {
  const { send, asked } = follow();
  send("job:completed", anEvent("completed", 2, { progress: 100 }));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toEqual({ lists: 1, detail: 1 });
});

test("a new connection asks for everything that is on the screen", async () => {
  const { send, asked } = follow();
  send("connect");
  await vi.advanceTimersByTimeAsync(10);
  expect(asked).toEqual({ lists: 1, detail: 1 });
});

test("after the clean-up nothing listens and nothing is asked", async () => {
  const { send, stop, asked, listening } = follow();
  send("job:completed", anEvent("completed", 2));
  stop();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(listening()).toBe(0);
  expect(asked).toEqual({ lists: 0, detail: 0 });
});
