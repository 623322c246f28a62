import { act, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test, vi } from "vitest";

import { anOverview } from "../../../test/jobs";
import { renderPage } from "../../../test/render-page";
import { ada, sessionOf, startServer, url } from "../../../test/server";
import { followStaff } from "../live-staff";
import type { Role, StaffQueue, TypeFigures, Worker } from "../staff-types";
import StaffPage from "./StaffPage";

// A canvas to draw on is more than the tests' browser has.
vi.mock("../../../components/ui/Chart", () => ({ Chart: ({ title }: { title: string }) => <p>{title}</p> }));

const server = startServer();
const routes = [{ path: "/staff/:section?", Component: StaffPage }];
const JOB = "0198b7a0-1111-7000-8000-000000000001";

const queue: StaffQueue = {
  name: "ai",
  paused: false,
  paused_at: null,
  paused_by: null,
  reason: null,
  ready: 1200,
  running: 2,
  workers: 1,
  limits: [],
  threads: 3,
  delayed: 4,
  blocked: 0,
  oldest: "2026-01-01T10:00:00Z",
  ended: 60,
  failed: 2,
  per_minute: 1,
  wait_p50: 0.02,
  wait_p95: 12,
};

const worker: Worker = {
  id: 1,
  name: "host:42",
  state: "live",
  mode: "polling",
  queues: null,
  concurrency: 3,
  busy: 1,
  abandoned: 0,
  holds_lock: true,
  started_at: "2026-01-01T10:00:00Z",
  heartbeat_at: "2026-01-01T10:00:00Z",
  stopped_at: null,
  runs: [
    {
      job_id: JOB,
      job_type: "create_canvas",
      queue: "ai",
      summary: "Create canvas · flow",
      progress: 20,
      message: "Drawing",
      started_at: "2026-01-01T10:00:00Z",
      user_id: ada.id,
      user_name: "Ada",
    },
  ],
};

const failing: TypeFigures = {
  ...{ job_type: "create_canvas", queues: ["ai"], jobs: 10, completed: 8, failed: 2, cancelled: 0 },
  ...{ failure_rate: 0.2, attempts: 10, rescues: 0, errors: [{ code: "needs_model", jobs: 2 }] },
  ...{ wait_p50: 1, wait_p95: 2, run_p50: 1, run_p95: 2 },
};

let overview: ReturnType<typeof anOverview>;
let state: StaffQueue;
let asked: unknown[];

function as(role: Role) {
  server.use(sessionOf({ ...ada, role } as unknown as typeof ada));
}

beforeEach(() => {
  state = queue;
  overview = anOverview();
  asked = [];
  server.use(
    http.get(url("/api/staff/queues"), () =>
      HttpResponse.json({
        items: [state],
        limits: [],
        counted_until: null,
        warnings: ["Process 7 holds up vacuum."],
      }),
    ),
    http.get(url("/api/jobs/overview"), () => HttpResponse.json(overview)),
    http.get(url("/api/staff/workers"), () => HttpResponse.json({ items: [worker] })),
    http.get(url("/api/staff/types"), () => HttpResponse.json({ hours: 24, items: [failing] })),
    http.get(url("/api/staff/course"), () => new HttpResponse(null, { status: 503 })),
    http.post(url("/api/queues/ai/pause"), async ({ request }) => {
      const body = (await request.json()) as { reason: string };
      asked.push(body);
      state = { ...queue, paused: true, reason: body.reason, paused_at: new Date().toISOString() };
      return HttpResponse.json(state);
    }),
    http.post(url("/api/queues/ai/resume"), () => {
      asked.push("resume");
      state = queue;
      return HttpResponse.json(state);
    }),
  );
});

test("a queue is paused with a reason that everybody sees, and resumed", async () => {
  as("staff");
  renderPage(routes, "/staff");
  await userEvent.click(await screen.findByRole("button", { name: "Pause queue ai" }));
  await userEvent.type(screen.getByLabelText(/^Why/), "Moving house");
  await userEvent.click(screen.getByRole("button", { name: "Pause now" }));
  await screen.findByText(/Moving house/);
  await userEvent.click(screen.getByRole("button", { name: "Resume queue ai" }));
  await screen.findByRole("button", { name: "Pause queue ai" });
  expect(asked).toEqual([{ reason: "Moving house" }, "resume"]);
});

test("figures have their units, and what is wrong is said", async () => {
  as("staff");
  renderPage(routes, "/staff");
  const row = (await screen.findByText("1,200")).closest("tr");
  for (const text of ["4 for later", "2 failed", "1 with 3 threads"])
    within(row as HTMLElement).getByText(text);
  expect(row?.textContent).toContain("20\u00a0ms / 12\u00a0s");
  screen.getByText("Process 7 holds up vacuum.");
});

test("read-only staff see it all and find no button", async () => {
  as("staff_readonly");
  renderPage(routes, "/staff");
  await screen.findByText("1,200");
  screen.getByText(/change nothing/);
  expect(screen.queryByRole("button", { name: /Pause/ })).toBeNull();
});

test("others are told that it is not for them, and nothing is asked for", async () => {
  as("user");
  renderPage(routes, "/staff");
  await screen.findByText("This page is for the staff");
});

test("a worker shows what it runs, and the bar moves with the job's events", async () => {
  as("staff");
  const { client } = renderPage(routes, "/staff/workers");
  const bar = await screen.findByRole("progressbar", { name: "Create canvas · flow" });
  expect(bar.getAttribute("aria-valuenow")).toBe("20");
  screen.getByText(/notifications do not arrive/);
  expect(screen.getByRole("link", { name: "Create canvas · flow" }).getAttribute("href")).toBe(
    `/jobs/${JOB}`,
  );
  const listeners = new Map<string, (event: never) => void>();
  const source = {
    on: (name: string, listen: never) => void listeners.set(name, listen),
    off: () => undefined,
  };
  const stop = followStaff(client, source as never);
  const event = {
    job_id: JOB,
    job_type: "create_canvas",
    seq: 5,
    status: "processing",
    progress: 70,
    at: "",
  };
  act(() => listeners.get("job:progress")?.(event as never));
  await waitFor(() => expect(bar.getAttribute("aria-valuenow")).toBe("70"));
  stop();
});

test("types and errors are words, with their codes beside them", async () => {
  as("staff");
  renderPage(routes, "/staff");
  const row = (await screen.findByRole("link", { name: "Create canvas" })).closest("tr");
  within(row as HTMLElement).getByText("create_canvas");
  expect(screen.getByText("Needs a model, and none is set up × 2").title).toBe("needs_model");
});

test("no worker at all is an alarm on every page of the staff, until one comes", async () => {
  as("staff_readonly");
  overview = anOverview({ workers: 0, waiting: { value: 3, at_least: false, points: [] } });
  const { client } = renderPage(routes, "/staff/audit");
  const alarm = await screen.findByText("No worker is running, and 3 jobs wait");
  screen.getByText("python worker.py");
  overview = anOverview();
  await act(() => client.invalidateQueries({ queryKey: ["jobs", "overview"] }));
  await waitFor(() => expect(alarm.isConnected).toBe(false));
});

test("a queue where jobs wait and no worker looks is an alarm", async () => {
  as("staff");
  server.use(
    http.get(url("/api/staff/queues"), () =>
      HttpResponse.json({
        ...{ limits: [], counted_until: null, warnings: [] },
        items: [queue, { ...queue, name: "reports", workers: 0, threads: 0, ready: 1 }],
      }),
    ),
  );
  renderPage(routes, "/staff");
  await screen.findByText(/No worker serves the queue “reports”, where 1 job waits/);
  screen.getByText("python worker.py --queues reports");
});
