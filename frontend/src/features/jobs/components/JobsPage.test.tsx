import { screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";

import { aJob, anEvent, JOB_ID } from "../../../test/jobs";
import { renderPage } from "../../../test/render-page";
import { problem, sessionOf, url, startServer } from "../../../test/server";
import { patchJob } from "../job-cache";
import { JobDrawer } from "./JobDrawer";
import { JobsPage } from "./JobsPage";

const server = startServer();
beforeEach(() => server.use(sessionOf(null)));

const routes = [{ path: "/jobs", Component: JobsPage, children: [{ path: ":jobId", Component: JobDrawer }] }];

function answerJobs(...jobs: ReturnType<typeof aJob>[]) {
  const asked: string[] = [];
  server.use(
    http.get(url("/api/jobs"), ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query.toString());
      const wanted = query.get("status");
      return HttpResponse.json({
        items: jobs.filter((job) => !wanted || job.status === wanted),
        next_cursor: null,
      });
    }),
  );
  return asked;
}

test("jobs read as sentences, and an event moves the bar without asking again", async () => {
  const asked = answerJobs(aJob({ status: "processing", message: "Drawing", progress: 20 }));
  const { client } = renderPage(routes, "/jobs");
  const row = await screen.findByRole("listitem");
  expect(row).toHaveProperty(
    "textContent",
    expect.stringContaining("Create canvas · “onboarding flow” · Drawing"),
  );
  patchJob(client, anEvent("progress", 5, { progress: 70, message: "Nearly there" }));
  await within(row).findByText(/Nearly there/);
  expect(within(row).getByRole("progressbar").getAttribute("aria-valuenow")).toBe("70");
  expect(asked).toHaveLength(1);
});

test("the filter is in the address and in the question", async () => {
  const asked = answerJobs(aJob({ status: "failed" }), aJob({ job_id: "b", status: "completed" }));
  const { router } = renderPage(routes, "/jobs");
  await screen.findAllByRole("listitem");
  await userEvent.click(screen.getByRole("link", { name: "Failed" }));
  await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(1));
  expect(router.state.location.search).toBe("?status=failed");
  expect(asked.at(-1)).toContain("status=failed");
});

test("cancelling shows at once, and a refusal is said in the server's words", async () => {
  answerJobs(aJob({ status: "processing", message: "Drawing" }));
  server.use(
    http.delete(url(`/api/jobs/${JOB_ID}`), () => problem(409, "conflict", "The job has just finished.")),
  );
  renderPage(routes, "/jobs");
  await userEvent.click(await screen.findByRole("button", { name: /Cancel: Create canvas/ }));
  await screen.findByText("The job has just finished.");
});

test("a cancel that is accepted leaves the job stopping", async () => {
  answerJobs(aJob({ status: "processing", message: "Drawing" }));
  server.use(http.delete(url(`/api/jobs/${JOB_ID}`), () => HttpResponse.json(aJob(), { status: 202 })));
  renderPage(routes, "/jobs");
  const button = await screen.findByRole("button", { name: /Cancel: Create canvas/ });
  await userEvent.click(button);
  await screen.findByText(/stopping/);
  expect(button).toHaveProperty("disabled", true);
});

test("older jobs are loaded by the cursor", async () => {
  server.use(
    http.get(url("/api/jobs"), ({ request }) => {
      const cursor = new URL(request.url).searchParams.get("cursor");
      const items = [
        aJob({
          job_id: cursor ?? "first",
          summary: cursor ? "Create canvas · older" : "Create canvas · newer",
        }),
      ];
      return HttpResponse.json({ items, next_cursor: cursor ? null : "page-2" });
    }),
  );
  renderPage(routes, "/jobs");
  await userEvent.click(await screen.findByRole("button", { name: "Load older jobs" }));
  await screen.findByText(/older/);
  expect(screen.getByText(/newer/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Load older jobs" })).toBeNull();
});

test("no jobs: the page says what will be here", async () => {
  answerJobs();
  renderPage(routes, "/jobs");
  await screen.findByText("No jobs yet");
  expect(screen.getByRole("link", { name: "Draw something" }).getAttribute("href")).toBe("/");
});

test("a job's page shows its error and its history", async () => {
  const error = { code: "needs_model", message: "No model is set up for this.", correlation_id: "corr-1" };
  answerJobs();
  server.use(
    http.get(url(`/api/jobs/${JOB_ID}`), () =>
      HttpResponse.json({
        ...aJob({ status: "failed", error }),
        request_data: { instructions: "a -> b" },
        attempts: [],
      }),
    ),
    http.get(url(`/api/jobs/${JOB_ID}/events`), () =>
      HttpResponse.json({ events: [anEvent("queued", 1), anEvent("failed", 2, { message: error.message })] }),
    ),
  );
  renderPage(routes, `/jobs/${JOB_ID}`);
  const dialog = await screen.findByRole("dialog");
  await within(dialog).findByText("No model is set up for this.");
  expect(within(dialog).getByText("a -> b")).toBeTruthy();
  await within(dialog).findByText("Failed: No model is set up for this.");
  expect(within(dialog).getByRole("button", { name: "Copy reference for support" }).title).toBe("corr-1");
});

test("a job that is not there says so", async () => {
  answerJobs();
  server.use(http.get(url("/api/jobs/nope"), () => problem(404, "not_found", "There is no such job.")));
  renderPage(routes, "/jobs/nope");
  await screen.findByText(/does not exist any more/);
});

test("j and k walk through the rows", async () => {
  answerJobs(
    aJob({ summary: "Create canvas · one" }),
    aJob({ job_id: "two", summary: "Create canvas · two" }),
  );
  renderPage(routes, "/jobs");
  const [first, second] = await screen.findAllByRole("link", { name: /Create canvas/ });
  first?.focus();
  await userEvent.keyboard("j");
  expect(document.activeElement).toBe(second);
  await userEvent.keyboard("k");
  expect(document.activeElement).toBe(first);
});
