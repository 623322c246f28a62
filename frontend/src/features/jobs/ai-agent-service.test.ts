import { delay, http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { rememberCsrfToken } from "../../lib/api-client";
import { AIAgentService, newSubmissionKey } from "./ai-agent-service";

const CREATE = "http://localhost:3000/api/ai-agent/create-canvas";
const STARTED = {
  success: true,
  message: "Queued",
  job_id: "j",
  canvas_id: "c",
  status: "queued",
  status_url: "/s",
  result_url: "/r",
  events_url: "/e",
};

const server = setupServer();
const service = new AIAgentService();
let keys: (string | null)[];

beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
beforeEach(() => {
  keys = [];
  rememberCsrfToken("token");
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

function answerCreate(...answers: (() => Response)[]): void {
  server.use(
    http.post(CREATE, ({ request }) => {
      keys.push(request.headers.get("Idempotency-Key"));
      const answer = answers[Math.min(keys.length, answers.length) - 1];
      return answer ? answer() : HttpResponse.error();
    }),
  );
}

describe("submitting", () => {
  it("tries again under the same key when the network fails, so that one job is made", async () => {
    answerCreate(
      () => HttpResponse.error(),
      () => HttpResponse.error(),
      () => HttpResponse.json(STARTED, { status: 202 }),
    );
    const started = await service.create({ instructions: "A -> B" }, "my-key");
    expect(started.job_id).toBe("j");
    expect(keys).toEqual(["my-key", "my-key", "my-key"]);
  });

  it("does not try again what the server refuses, and throws its sentence", async () => {
    answerCreate(() =>
      HttpResponse.json(
        { detail: "Say what to draw: the instructions are empty.", code: "invalid" },
        { status: 422 },
      ),
    );
    await expect(service.create({ instructions: "" })).rejects.toThrow("Say what to draw");
    expect(keys).toHaveLength(1);
  });

  it("gives each submission a key of its own", async () => {
    answerCreate(() => HttpResponse.json(STARTED, { status: 202 }));
    await service.create({ instructions: "A -> B" });
    await service.create({ instructions: "A -> B" });
    expect(new Set(keys).size).toBe(2);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(newSubmissionKey()).not.toBe(newSubmissionKey());
  });
});

describe("enhancing a prompt", () => {
  it("sends the rough one to the customer's path, and says what came of it", async () => {
    let body: unknown = null;
    let answer: object = { prompt: "A shop with a counter", generated_by: "model" };
    server.use(
      http.post("http://localhost:3000/api/v1/web-knowledge/generate-prompt/", async ({ request }) => {
        body = await request.json();
        return HttpResponse.json(answer);
      }),
    );
    expect(await service.enhance("a shop")).toBe("A shop with a counter");
    expect(body).toEqual({ manual_prompt: "a shop" });
    answer = { success: true, task_id: "t", status: "queued" };
    expect(await service.enhance("a shop")).toBeNull();
  });
});

describe("a job's twin routes", () => {
  it("asks for status and result, and cancels", async () => {
    const asked: string[] = [];
    server.use(
      http.all("http://localhost:3000/api/ai-agent/job/*", async ({ request }) => {
        asked.push(`${request.method} ${new URL(request.url).pathname}`);
        await delay(1);
        return HttpResponse.json({ status: "completed", result: { engine: { name: "planner" } } });
      }),
    );
    await service.status("j");
    expect(await service.result("j")).toMatchObject({ engine: { name: "planner" } });
    await service.cancel("j");
    expect(asked).toEqual([
      "GET /api/ai-agent/job/j/status",
      "GET /api/ai-agent/job/j/result",
      "DELETE /api/ai-agent/job/j",
    ]);
  });
});
