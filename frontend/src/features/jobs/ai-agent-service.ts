import { api, unwrap } from "../../lib/api-client";
import { ApiProblem } from "../../lib/api-problem";
import type { paths } from "../../lib/api-schema";

type BodyOf<Path extends keyof paths> = paths[Path] extends {
  post: { requestBody: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;

export type CreateRequest = BodyOf<"/api/ai-agent/create-canvas">;
export type ModifyRequest = BodyOf<"/api/ai-agent/modify-canvas">;
export type CostEstimate = Awaited<ReturnType<AIAgentService["estimate"]>>;
export type StartedJob = Awaited<ReturnType<AIAgentService["create"]>>;
export type JobDetail = Awaited<ReturnType<AIAgentService["status"]>>;

const TRIES = 4;
const FIRST_WAIT_MS = 400;

/**
 * The AI routes of the server. Create and modify send a key of the submission with every try, so that an answer lost on
 * the way, or a second click, makes no second job.
 */
export class AIAgentService {
  constructor(private readonly client: typeof api = api) {}

  /** Draws something new, on a canvas of its own if none is named. */
  async create(body: CreateRequest, key: string = newSubmissionKey()) {
    return whileUnreachable(() =>
      unwrap(
        this.client.POST("/api/ai-agent/create-canvas", {
          params: { header: { "Idempotency-Key": key } },
          body,
        }),
      ),
    );
  }

  /** Changes what is on a canvas. */
  async modify(body: ModifyRequest, key: string = newSubmissionKey()) {
    return whileUnreachable(() =>
      unwrap(
        this.client.POST("/api/ai-agent/modify-canvas", {
          params: { header: { "Idempotency-Key": key } },
          body,
        }),
      ),
    );
  }

  async status(jobId: string) {
    return unwrap(
      this.client.GET("/api/ai-agent/job/{job_id}/status", { params: { path: { job_id: jobId } } }),
    );
  }

  /** What the job made. Refused with 409 while it is unfinished, and if it failed or was cancelled. */
  async result(jobId: string): Promise<Record<string, unknown>> {
    const params = { path: { job_id: jobId } };
    const answer = await unwrap(this.client.GET("/api/ai-agent/job/{job_id}/result", { params }));
    return answer.result;
  }

  /** What a drawing will cost, or, with a canvas, a change of it. Nothing is asked of a model. */
  async estimate(instructions: string, canvasId: string | null) {
    const body = { instructions, canvas_id: canvasId };
    return unwrap(this.client.POST("/api/ai-agent/estimate", { body }));
  }

  /** A better prompt, to be looked at before it is sent. null where it takes longer than one wants to wait. */
  async enhance(prompt: string): Promise<string | null> {
    const body = { manual_prompt: prompt };
    const answer = await unwrap(this.client.POST("/api/v1/web-knowledge/generate-prompt/", { body }));
    return "prompt" in answer && typeof answer.prompt === "string" ? answer.prompt : null;
  }

  /** The job will stop; refused with 409 when it has finished already. */
  async cancel(jobId: string) {
    return unwrap(this.client.DELETE("/api/ai-agent/job/{job_id}", { params: { path: { job_id: jobId } } }));
  }
}

export const aiAgentService = new AIAgentService();

/** One per submission that a person means, to be kept over all tries of it. */
export function newSubmissionKey(): string {
  // crypto.randomUUID is missing where the page is not served over HTTPS or from localhost.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function whileUnreachable<Answer>(submit: () => Promise<Answer>): Promise<Answer> {
  for (let tried = 1; ; tried++) {
    try {
      return await submit();
    } catch (error) {
      if (!(error instanceof ApiProblem) || !error.isUnreachable || tried >= TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** (tried - 1)));
    }
  }
}
