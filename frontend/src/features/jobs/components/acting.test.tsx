import { fireEvent, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test, vi } from "vitest";

import { aJob, anOverview, NO_FACETS } from "../../../test/jobs";
import { renderPage } from "../../../test/render-page";
import { ada, sessionOf, startServer, url } from "../../../test/server";
import type { BulkAnswer, BulkRequest } from "../job-actions";
import type { Job } from "../job-types";
import { JobsPage } from "./JobsPage";

const server = startServer();
const routes = [{ path: "/jobs", Component: JobsPage }];

const failed = (id: string): Job =>
  aJob({
    job_id: id,
    status: "failed",
    summary: `Create canvas · ${id}`,
    completed_at: "2026-01-01T10:01:00Z",
    actions: ["retry", "run_again", "delete"],
  });
const JOBS = ["d", "c", "b", "a"].map(failed);

beforeEach(() => {
  server.use(
    sessionOf(ada),
    http.get(url("/api/jobs/overview"), () => HttpResponse.json(anOverview())),
    http.get(url("/api/jobs/facets"), () => HttpResponse.json(NO_FACETS)),
    http.get(url("/api/jobs"), ({ request }) => {
      const ended = new URL(request.url).searchParams.get("status")?.includes("failed");
      return HttpResponse.json({ items: ended ? JOBS : [], next_cursor: null });
    }),
  );
});

/** Answers bulk actions in turn; returns what was asked for. */
function answerBulk(...answers: BulkAnswer[]): BulkRequest[] {
  const asked: BulkRequest[] = [];
  server.use(
    http.post(url("/api/jobs/bulk-action"), async ({ request }) => {
      asked.push((await request.json()) as BulkRequest);
      return HttpResponse.json(answers[Math.min(asked.length, answers.length) - 1]);
    }),
  );
  return asked;
}

const box = (id: string) => screen.findByRole("checkbox", { name: `Select Create canvas ${id}` });

test("a range is chosen with shift, retried at once, and it is said what came of it", async () => {
  const skipped = [{ job_id: "b", reason: "already_completed" }];
  const asked = answerBulk({ done: 2, skipped, more: false, dry_run: false });
  renderPage(routes, "/jobs");
  await userEvent.click(await box("d"));
  fireEvent.click(await box("b"), { shiftKey: true });
  await screen.findByText("3 jobs selected");
  await userEvent.click(screen.getByRole("button", { name: "Retry" }));
  await screen.findByText("2 are queued again. 1 was left as it is: 1 already done.");
  expect(asked).toEqual([{ action: "retry", ids: ["d", "c", "b"] }]);
  expect(screen.queryByText(/selected/)).toBeNull();
});

test("all that match are acted on by their filter, in as many requests as it takes", async () => {
  const asked = answerBulk(
    { done: 10_000, skipped: [], more: true, dry_run: false },
    { done: 5, skipped: [], more: false, dry_run: false },
  );
  renderPage(routes, "/jobs?status=failed&q=canvas");
  await userEvent.click(await box("d"));
  await userEvent.click(screen.getByRole("button", { name: "Select all that match" }));
  await userEvent.click(screen.getByRole("button", { name: "Retry" }));
  await screen.findByText("10,005 are queued again.");
  const request = { action: "retry", filter: { status: "failed", q: "canvas" } };
  expect(asked).toEqual([request, request]);
});

test("j, k and x choose rows, r retries one, Esc lets go", async () => {
  const retried: string[] = [];
  server.use(
    http.post(url("/api/jobs/:id/retry"), ({ params }) => {
      retried.push(String(params["id"]));
      return HttpResponse.json({ job_id: params["id"] }, { status: 202 });
    }),
  );
  renderPage(routes, "/jobs");
  await box("a");
  await userEvent.keyboard("jjkjx");
  await screen.findByText("1 job selected");
  expect((await box("c")).matches(":checked")).toBe(true);
  expect(document.activeElement?.closest("[data-job]")?.getAttribute("data-job")).toBe("c");
  await userEvent.keyboard("r");
  await waitFor(() => expect(retried).toEqual(["c"]));
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByText(/selected/)).toBeNull());
});

test("a deleted job goes at once and is back when that is undone; nothing is sent before", async () => {
  const asked = answerBulk({ done: 1, skipped: [], more: false, dry_run: false });
  renderPage(routes, "/jobs");
  await userEvent.click(await screen.findByRole("button", { name: "More for Create canvas d" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Delete" }));
  await screen.findByText("Job deleted");
  await waitFor(() => expect(screen.queryByText("d")).toBeNull());
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  await box("d");
  expect(asked).toEqual([]);
});

test("what is not undone in time is deleted", async () => {
  const asked = answerBulk({ done: 1, skipped: [], more: false, dry_run: false });
  renderPage(routes, "/jobs");
  await userEvent.click(await screen.findByRole("button", { name: "More for Create canvas c" }));
  const remove = await screen.findByRole("menuitem", { name: "Delete" });
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  try {
    fireEvent.click(remove);
    vi.advanceTimersByTime(5_100);
  } finally {
    vi.useRealTimers();
  }
  await waitFor(() => expect(asked).toEqual([{ action: "delete", ids: ["c"] }]));
});
