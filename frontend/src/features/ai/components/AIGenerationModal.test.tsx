import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { MemoryRouter } from "react-router";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { rememberCsrfToken } from "../../../lib/api-client";
import { formatClock } from "../../../lib/format";
import { createQueryClient } from "../../../lib/query-client";
import { unknownJob, type JobState } from "../../jobs/ai-job-log";
import { AIGenerationModal } from "./AIGenerationModal";

const API = "http://localhost:3000/api";
const server = setupServer();
let submitted: { path: string; body: Record<string, unknown>; key: string | null }[];
let cancelled: string[];

beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
beforeEach(() => {
  rememberCsrfToken("token");
  submitted = [];
  cancelled = [];
  server.use(
    http.post(`${API}/ai-agent/estimate`, () =>
      HttpResponse.json({ engine: "provider", tokens: 912, usd: 0.0021 }),
    ),
    http.post(`${API}/ai-agent/:kind`, async ({ request }) => {
      const body = (await request.json()) as Record<string, unknown>;
      const path = new URL(request.url).pathname.split("/").at(-1) ?? "";
      submitted.push({ path, body, key: request.headers.get("Idempotency-Key") });
      return HttpResponse.json({ job_id: `job-${submitted.length}`, canvas_id: "canvas" }, { status: 202 });
    }),
    http.get(`${API}/jobs/:id`, ({ params }) =>
      HttpResponse.json({
        job_id: params.id,
        job_type: "create_canvas",
        priority: "high",
        last_seq: 1,
        request_data: {
          instructions: `asked as ${String(params.id)}`,
          style: "sketch",
          color_scheme: "blue",
        },
      }),
    ),
    http.delete(`${API}/jobs/:id`, ({ params }) => {
      cancelled.push(String(params.id));
      return HttpResponse.json({}, { status: 202 });
    }),
  );
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

function job(id: string, state: Partial<JobState>): JobState {
  const now = new Date().toISOString();
  return { ...unknownJob(id), jobType: "create_canvas", canvasId: "canvas", seq: 2, queuedAt: now, ...state };
}

function answerJob(more: Record<string, unknown>): void {
  const known = {
    job_id: "j",
    job_type: "create_canvas",
    last_seq: 1,
    request_data: { instructions: "A -> B" },
  };
  server.use(http.get(`${API}/jobs/j`, () => HttpResponse.json({ ...known, ...more })));
}

function show(props: Partial<Parameters<typeof AIGenerationModal>[0]> = {}) {
  const onStarted = vi.fn();
  const onShow = vi.fn();
  const element = (more: Partial<Parameters<typeof AIGenerationModal>[0]>) => (
    <MantineProvider>
      <QueryClientProvider client={client}>
        <MemoryRouter>
          <AIGenerationModal
            canvasId="canvas"
            jobs={[]}
            hasElements={false}
            canShow={() => true}
            onClose={() => undefined}
            {...{ onStarted, onShow }}
            {...more}
          />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>
  );
  const client = createQueryClient();
  const { rerender } = render(element(props));
  return { onStarted, onShow, update: (more: typeof props) => rerender(element({ ...props, ...more })) };
}

const prompt = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "What shall we draw?" });

describe("asking", () => {
  it("draws anew on an empty canvas", async () => {
    const { onStarted } = show();
    await userEvent.type(prompt(), "A -> B{Enter}");
    await waitFor(() => expect(onStarted).toHaveBeenCalledWith("job-1"));
    expect(submitted[0]).toMatchObject({
      path: "create-canvas",
      body: {
        canvas_id: "canvas",
        instructions: "A -> B",
        style: "clean",
        color_scheme: "default",
        priority: "normal",
      },
    });
  });

  it("changes what is there, unless one chooses a new drawing", async () => {
    const { onStarted } = show({ hasElements: true });
    await userEvent.type(prompt(), "rename A to B{Enter}");
    await waitFor(() => expect(onStarted).toHaveBeenCalledTimes(1));
    await userEvent.click(screen.getByRole("radio", { name: "New drawing" }));
    await userEvent.type(prompt(), "C -> D{Enter}");
    await waitFor(() => expect(onStarted).toHaveBeenCalledTimes(2));
    expect(submitted.map(({ path }) => path)).toEqual(["modify-canvas", "create-canvas"]);
  });

  it("sends what failed again under the same key, and something else under another", async () => {
    const { onStarted } = show();
    server.use(
      http.post(
        `${API}/ai-agent/create-canvas`,
        ({ request }) => {
          submitted.push({ path: "failed", body: {}, key: request.headers.get("Idempotency-Key") });
          return HttpResponse.json({ detail: "Wait a moment, please." }, { status: 429 });
        },
        { once: true },
      ),
    );
    await userEvent.type(prompt(), "A -> B{Enter}");
    expect((await screen.findByRole("alert")).textContent).toBe("Wait a moment, please.");
    await userEvent.type(prompt(), "{Enter}");
    await waitFor(() => expect(onStarted).toHaveBeenCalledTimes(1));
    await userEvent.type(prompt(), "A -> B{Enter}");
    await waitFor(() => expect(onStarted).toHaveBeenCalledTimes(2));
    const [first, second, third] = submitted.map(({ key }) => key);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });
});

it("says what sending costs before it is sent", async () => {
  show();
  await userEvent.type(prompt(), "how do customers feel");
  expect(await screen.findByText("about 910 tokens · $0.0021")).toBeTruthy();
});

describe("a job's card", () => {
  it("tells what was asked for, how far it is, and cancels it", async () => {
    show({ jobs: [job("j", { status: "processing", progress: 42, message: "Drawing 4 of 9" })] });
    const card = await screen.findByRole("article", { name: "“asked as j”" });
    expect(within(card).getByRole("progressbar").getAttribute("aria-valuenow")).toBe("42");
    expect(within(card).getByText("Drawing 4 of 9")).toBeTruthy();
    await userEvent.click(within(card).getByRole("button", { name: "Cancel" }));
    expect(await within(card).findByRole("button", { name: "Stopping…" })).toBeTruthy();
    await waitFor(() => expect(cancelled).toEqual(["j"]));
  });

  it("says its place, when it will start, and which provider it waits for", async () => {
    const at = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
    const waits = {
      cause: "provider",
      message:
        "The provider p/m is asking us to slow down. Your job waits until 10:02 UTC and costs nothing meanwhile.",
      until: at(60),
    };
    answerJob({
      status: "queued",
      waiting_for: [waits, { cause: "paused", message: "The queue ai is paused: Moving house", until: null }],
      estimate: { position: 3, at_least: false, start: { from: at(130), to: at(230) }, finish: null },
    });
    show({ jobs: [job("j", { status: "queued" })] });
    const clock = formatClock(waits.until).replaceAll(/\s/g, " ");
    expect(
      await screen.findByText(
        `The provider p/m is asking us to slow down. Your job waits until ${clock} and costs nothing meanwhile.`,
      ),
    ).toBeTruthy();
    expect(screen.getByText("The queue ai is paused: Moving house")).toBeTruthy();
    expect(screen.getByText(/^place 3 · starts in about 2–4.min$/)).toBeTruthy();
  });

  it("says what it took once it has ended", async () => {
    answerJob({
      status: "completed",
      waiting_for: [],
      cost: { calls: 1, cached: 0, failed: 0, saved_usd: 0, tokens_in: 900, tokens_out: 337, usd: 0.0021 },
    });
    show({ jobs: [job("j", { status: "completed", outcome: { engine: { name: "planner" } } })] });
    expect(await screen.findByText("1,237 tokens · $0.0021")).toBeTruthy();
  });

  it("says who drew it, shows it, and goes on from it", async () => {
    const done = job("j", {
      status: "completed",
      startedAt: "2026-01-01T00:00:00Z",
      endedAt: "2026-01-01T00:00:01.200Z",
      outcome: { engine: { name: "planner" } },
    });
    const { onShow } = show({ jobs: [done], hasElements: true });
    expect(screen.getByText("Drawn by the planner in 1.2 s")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Show" }));
    expect(onShow).toHaveBeenCalledWith(done);
    await userEvent.click(screen.getByRole("button", { name: "Now change …" }));
    expect(document.activeElement).toBe(prompt());
    expect(screen.getByRole<HTMLInputElement>("radio", { name: "Change what is here" }).checked).toBe(true);
  });

  it("submits the same again, options included, when it is retried", async () => {
    const { onStarted } = show({
      jobs: [
        job("j", { status: "failed", outcome: { code: "provider_down", message: "The provider is away." } }),
      ],
    });
    expect(screen.getByText("The provider is away.")).toBeTruthy();
    await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
    await waitFor(() => expect(onStarted).toHaveBeenCalledWith("job-1"));
    expect(submitted[0]?.body).toEqual({
      canvas_id: "canvas",
      instructions: "asked as j",
      preview: false,
      style: "sketch",
      color_scheme: "blue",
      priority: "high",
    });
  });

  it("offers what works without a model when one was needed", async () => {
    const message = "No model is set up, so write it as steps.";
    show({ jobs: [job("j", { status: "failed", outcome: { code: "needs_model", message } })] });
    expect(screen.getByText(message)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: /^Sign up -> Verify e-mail/ }));
    expect(prompt().value).toMatch(/^Sign up -> Verify e-mail/);
    expect(submitted).toEqual([]);
  });

  it("stays as it was asked for while the job goes on", async () => {
    const { update } = show({ jobs: [job("j", { status: "queued" })] });
    expect(await screen.findByText("Waiting for a worker")).toBeTruthy();
    update({ jobs: [job("j", { status: "processing", seq: 3, progress: 50, message: "Generating" })] });
    expect(screen.getByText("Generating")).toBeTruthy();
    expect(screen.getByText("asked as j")).toBeTruthy();
  });
});
