import { screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";

import { aJob, anEvent, anOverview, JOB_ID, NO_FACETS } from "../../../test/jobs";
import { renderPage } from "../../../test/render-page";
import { ada, problem, sessionOf, url, startServer } from "../../../test/server";
import { patchJob } from "../job-cache";
import type { Job } from "../job-types";
import { JobsPage } from "./JobsPage";
import { JobView } from "./JobView";

const server = startServer();
beforeEach(() =>
  server.use(
    sessionOf(ada),
    http.get(url("/api/jobs/overview"), () => HttpResponse.json(anOverview())),
    http.get(url("/api/jobs/facets"), () => HttpResponse.json(NO_FACETS)),
  ),
);

const NOTHING_KNOWN = {
  ...{ position: null, ahead: null, at_least: false, position_reason: null },
  ...{ start: null, finish: null, basis: "", why_unknown: null },
};
const routes = [{ path: "/jobs", Component: JobsPage, children: [{ path: ":jobId", Component: JobView }] }];

/** The list as the server answers it; returns the questions that were asked. */
function answerJobs(...jobs: Job[]) {
  return answerJobsLate(null, ...jobs);
}

/** The same from a server whose search is behind. */
function answerJobsLate(late: string | null, ...jobs: Job[]) {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get(url("/api/jobs"), ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query);
      const wanted = query.get("status")?.split(",") ?? [];
      const items = jobs.filter((job) => wanted.length === 0 || wanted.includes(job.status));
      return HttpResponse.json({ items, next_cursor: null, found_until: late });
    }),
  );
  return asked;
}

function answerDetail(job: Job, more: object = {}) {
  server.use(
    http.get(url(`/api/jobs/${job.job_id}`), () =>
      HttpResponse.json({
        ...job,
        request_data: {},
        attempts: [],
        steps: [],
        waiting_for: [],
        timeline: [],
        ...more,
      }),
    ),
    http.get(url(`/api/jobs/${job.job_id}/events`), () => HttpResponse.json({ events: [] })),
  );
}

const rows = () => screen.findAllByRole("link", { name: /Create canvas/ });

test("jobs read as sentences, and an event moves the bar without asking again", async () => {
  const asked = answerJobs(aJob({ status: "processing", message: "Drawing", progress: 20 }));
  const { client } = renderPage(routes, "/jobs");
  const list = await screen.findByRole("list", { name: "Now" });
  const row = within(list).getByRole("listitem");
  expect(row.textContent).toContain("Create canvas · “onboarding flow” · Drawing");
  const before = asked.length;
  patchJob(client, anEvent("progress", 5, { progress: 70, message: "Nearly there" }));
  await within(row).findByText(/Nearly there/);
  expect(within(row).getByRole("progressbar").getAttribute("aria-valuenow")).toBe("70");
  expect(asked).toHaveLength(before);
});

test("what runs and waits stands before what has ended, and a job that ends is seen once", async () => {
  answerJobs(
    aJob({ job_id: "c", status: "failed", summary: "Create canvas · ended" }),
    aJob({ job_id: "b", summary: "Create canvas · waits" }),
    aJob({ job_id: "a", status: "processing", summary: "Create canvas · runs" }),
  );
  const { client } = renderPage(routes, "/jobs");
  const order = async () =>
    (await rows()).map(({ textContent }) => /runs|waits|ended/.exec(textContent)?.[0]);
  expect(await order()).toEqual(["runs", "waits", "ended"]);
  patchJob(client, anEvent("completed", 9, { job_id: "a" }));
  await screen.findByText(/done/);
  expect((await rows()).length).toBe(3);
});

test("the four figures are there, and each shows the jobs behind it", async () => {
  const asked = answerJobs(aJob());
  const points = [0, 2, 5].map((value) => ({ at: "2026-01-01T10:00:00Z", value }));
  const overview = anOverview({
    waiting: { value: 1_000, at_least: true, points },
    failed_today: { value: 3, at_least: false, points },
    usual_wait: { value: 1.5, at_least: false, points: [] },
  });
  server.use(http.get(url("/api/jobs/overview"), () => HttpResponse.json(overview)));
  const { router } = renderPage(routes, "/jobs?queue=ai");
  await screen.findByRole("link", { name: "Waiting 1,000+" });
  expect(screen.getByRole("link", { name: /Usual wait 1.5.s/ })).toBeTruthy();
  await userEvent.click(screen.getByRole("link", { name: "Failed today 3" }));
  expect(router.state.location.search).toMatch(/^\?status=failed&since=\d{4}-\d\d-\d\d$/);
  await waitFor(() => expect(asked.at(-1)?.get("since")).toBeTruthy());
});

test("unfiltered, the jobs of groups are left to their groups", async () => {
  const asked = answerJobs(aJob());
  renderPage(routes, "/jobs");
  await rows();
  expect(asked.map((query) => query.get("top_level"))).toEqual(["true", "true", "true"]);
});

test("the filter is in the address and in the question", async () => {
  const asked = answerJobs(aJob({ status: "failed" }), aJob({ job_id: "b", status: "completed" }));
  const { router } = renderPage(routes, "/jobs?tag=nightly&since=2026-01-02");
  await screen.findAllByRole("link", { name: /Create canvas/ });
  await userEvent.click(screen.getByRole("link", { name: "Failed" }));
  await waitFor(() => expect(screen.getAllByRole("link", { name: /Create canvas/ })).toHaveLength(1));
  expect(router.state.location.search).toBe("?status=failed&tag=nightly&since=2026-01-02");
  expect(asked.at(-1)?.get("status")).toBe("failed");
  expect(asked.at(-1)?.get("tag")).toBe("nightly");
  expect(asked.at(-1)?.get("since")).toBe(new Date(2026, 0, 2).toISOString());
  await userEvent.click(screen.getByRole("link", { name: "Remove the filter Tag: nightly" }));
  expect(router.state.location.search).toBe("?status=failed&since=2026-01-02");
});

test("writing searches, and / goes to the search", async () => {
  const asked = answerJobs(aJob());
  const { router } = renderPage(routes, "/jobs");
  await rows();
  await userEvent.keyboard("/");
  expect(document.activeElement).toBe(screen.getByRole("searchbox", { name: "Search jobs" }));
  await userEvent.keyboard("onboard");
  await waitFor(() => expect(router.state.location.search).toBe("?q=onboard"));
  await waitFor(() => expect(asked.at(-1)?.get("q")).toBe("onboard"));
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(router.state.location.search).toBe(""));
});

test("cancelling shows at once, and a refusal is said in the server's words", async () => {
  answerJobs(aJob({ status: "processing", message: "Drawing", actions: ["cancel"] }));
  server.use(
    http.delete(url(`/api/jobs/${JOB_ID}`), () => problem(409, "conflict", "The job has just finished.")),
  );
  renderPage(routes, "/jobs");
  await userEvent.click(await screen.findByRole("button", { name: /Cancel: Create canvas/ }));
  await screen.findByText("The job has just finished.");
});

test("a cancel that is accepted leaves the job stopping, until it is said when it has stopped", async () => {
  const started_at = "2026-01-01T10:00:01Z";
  answerJobs(aJob({ status: "processing", message: "Drawing", started_at, actions: ["cancel"] }));
  server.use(http.delete(url(`/api/jobs/${JOB_ID}`), () => HttpResponse.json(aJob(), { status: 202 })));
  const { client } = renderPage(routes, "/jobs");
  const button = await screen.findByRole("button", { name: /Cancel: Create canvas/ });
  await userEvent.click(button);
  await screen.findByText(/stopping…/);
  expect(button).toHaveProperty("disabled", true);
  patchJob(client, anEvent("cancelled", 5));
  await screen.findByText(/stopped at/);
});

test("older jobs are loaded by the cursor", async () => {
  server.use(
    http.get(url("/api/jobs"), ({ request }) => {
      const query = new URL(request.url).searchParams;
      const cursor = query.get("cursor");
      if (!query.get("status")?.includes("completed"))
        return HttpResponse.json({ items: [], next_cursor: null });
      const items = [
        aJob({
          status: "completed",
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

test("a job's own page shows its error, what was asked, and its history", async () => {
  const error = { code: "needs_model", message: "No model is set up for this.", correlation_id: "corr-1" };
  answerDetail(aJob({ status: "failed", error }), { request_data: { instructions: "a -> b" } });
  server.use(
    http.get(url(`/api/jobs/${JOB_ID}/events`), () =>
      HttpResponse.json({ events: [anEvent("queued", 1), anEvent("failed", 2, { message: error.message })] }),
    ),
  );
  renderPage(routes, `/jobs/${JOB_ID}`);
  await screen.findByText("No model is set up for this.");
  expect(screen.getByRole("heading", { level: 1 }).textContent).toContain("Create canvas");
  expect(screen.getByText("a -> b")).toBeTruthy();
  await screen.findByText("Failed: No model is set up for this.");
  expect(screen.getByRole("button", { name: "Copy reference for support" }).title).toBe("corr-1");
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("from the list a job opens over it, and Esc goes back with the focus on its row", async () => {
  answerJobs(aJob());
  answerDetail(aJob(), {
    waiting_for: [{ cause: "busy", message: "All workers are busy.", until: null }],
  });
  const { router } = renderPage(routes, "/jobs?queue=ai");
  const [row] = await rows();
  row?.focus();
  await userEvent.keyboard("{Enter}");
  const dialog = await screen.findByRole("dialog");
  await within(dialog).findByText("All workers are busy.");
  expect(router.state.location.pathname).toBe(`/jobs/${JOB_ID}`);
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(router.state.location.pathname).toBe("/jobs"));
  expect(router.state.location.search).toBe("?queue=ai");
  await waitFor(() => expect(document.activeElement?.hasAttribute("data-row")).toBe(true));
});

test("a job that is not there says so", async () => {
  server.use(http.get(url("/api/jobs/nope"), () => problem(404, "not_found", "There is no such job.")));
  renderPage(routes, "/jobs/nope");
  await screen.findByText(/does not exist any more/);
});

test("a group opens to its jobs", async () => {
  answerJobs(aJob({ job_type: "job_group", summary: "Import", progress: 40, message: "2 of 5 done" }));
  renderPage(routes, "/jobs");
  const toggle = await screen.findByRole("button", { name: "Show its jobs: Import" });
  server.use(
    http.get(url("/api/jobs"), ({ request }) => {
      const inGroup = new URL(request.url).searchParams.get("parent") === JOB_ID;
      const child = aJob({ job_id: "child", summary: "Create canvas · part", parent_id: JOB_ID });
      return HttpResponse.json({ items: inGroup ? [child] : [], next_cursor: null });
    }),
  );
  await userEvent.click(toggle);
  await within(await screen.findByRole("list", { name: "Jobs of Import" })).findByText(/part/);
  expect(toggle.getAttribute("aria-expanded")).toBe("true");
});

test("who may only look is offered nothing to do", async () => {
  server.use(sessionOf({ ...ada, role: "staff_readonly" } as unknown as typeof ada));
  answerJobs(aJob({ status: "processing" }), aJob({ job_id: "b", status: "failed" }));
  renderPage(routes, "/jobs");
  await rows();
  await screen.findByRole("radio", { name: "Mine" });
  expect(screen.queryByRole("button", { name: /Cancel|Retry|More for/ })).toBeNull();
});

test.each([
  ["finds nothing", "/jobs?q=kangaroo", [], true],
  ["finds something", "/jobs?q=flow", [aJob({ status: "completed" })], true],
  ["was not asked for", "/jobs", [aJob({ status: "completed" })], false],
])("a search that is behind and %s", async (_what, path, jobs, isSaid) => {
  answerJobsLate("2026-01-01T10:00:00Z", ...jobs);
  renderPage(routes, path);
  await (jobs.length > 0 ? rows() : screen.findByText("Nothing here"));
  expect(screen.queryByText(/The search is catching up/) !== null).toBe(isSaid);
});

test("that no worker is running is said in words, and what was foretold is asked for anew when one comes", async () => {
  let workers = 0;
  server.use(
    http.get(url("/api/jobs/overview"), () =>
      HttpResponse.json(anOverview({ workers, waiting: { value: 1, at_least: false, points: [] } })),
    ),
  );
  const asked = answerJobs(aJob({ estimate: { ...NOTHING_KNOWN, why_unknown: "no_worker" } }));
  const { client } = renderPage(routes, "/jobs");
  const notice = await screen.findByText("No worker is running, and 1 job waits");
  screen.getByText(/tell those who run this installation/);
  await screen.findByText(/no worker is running for the queue “ai”/);
  const before = asked.length;
  workers = 1;
  await client.invalidateQueries({ queryKey: ["jobs", "overview"] });
  await waitFor(() => expect(notice.isConnected).toBe(false));
  await waitFor(() => expect(asked.length).toBeGreaterThan(before));
});
