// Written by hand until the server's document can be had; `npm run api-types` replaces it.
type Json<Body> = { headers: { [name: string]: unknown }; content: { "application/json": Body } };
type Problem = { default: Json<{ detail: string; code: string }> };
type Ids = { job_id: string };
type Op<Answer, Body = never, Path = never, Query = never> = {
  parameters: {
    query?: [Query] extends [never] ? never : Query;
    header?: { "Idempotency-Key"?: string };
    cookie?: never;
  } & ([Path] extends [never] ? { path?: never } : { path: Path });
  responses: { 200: Json<Answer> } & Problem;
} & ([Body] extends [never]
  ? { requestBody?: never }
  : { requestBody: { content: { "application/json": Body } } });
interface Base {
  parameters: { query?: never; header?: never; path?: never; cookie?: never };
}
interface Started {
  success: boolean;
  message: string;
  job_id: string;
  canvas_id: string;
  status: string;
  status_url: string;
  result_url: string;
  events_url: string;
}
interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}
export interface components {
  schemas: {
    User: {
      id: string;
      email: string | null;
      name: string;
      role: "user" | "staff_readonly" | "staff";
      is_guest: boolean;
      created_at: string;
    };
    SignedIn: components["schemas"]["User"] & { csrf_token: string; token?: string };
    Session: {
      user: components["schemas"]["User"] | null;
      csrf_token: string;
      version: string;
      signup_enabled: boolean;
      guests_enabled: boolean;
      min_password: number;
    };
    Token: {
      id: string;
      name: string;
      scopes: string[];
      created_at: string;
      last_used_at: string | null;
      expires_at: string | null;
    };
    Canvas: {
      id: string;
      name: string;
      version: number;
      element_count: number;
      owner_id: string;
      role: string;
      created_at: string;
      updated_at: string;
      deleted_at: string | null;
    };
    JobDetail: components["schemas"]["Job"] & {
      request_data: Record<string, unknown>;
      attempts: {
        run: number;
        attempt: number;
        worker_id: number | null;
        started_at: string | null;
        ended_at: string;
        outcome: string;
        error_code: string | null;
        error_message: string | null;
        next_run_at: string | null;
      }[];
    };
    Job: {
      user_id: string;
      expires_at: string | null;
      job_id: string;
      job_type: string;
      queue: string;
      priority: "low" | "normal" | "high" | "urgent";
      status: "queued" | "processing" | "completed" | "failed" | "cancelled";
      progress: number;
      message: string | null;
      summary: string | null;
      canvas_id: string | null;
      tags: string[];
      attempt: number;
      max_attempts: number;
      created_at: string;
      run_at: string | null;
      started_at: string | null;
      completed_at: string | null;
      error?: { code: string; message: string; correlation_id: string };
      last_seq: number;
            cancel_requested: boolean;
    };
    JobEvent: {
      seq: number;
      type: string;
      status: string;
      progress: number;
      message: string | null;
      data: Record<string, unknown> | null;
      at: string;
    };
  };
}
type S = components["schemas"];
export interface paths {
  "/api/session": Base & { get: Op<S["Session"]> };
  "/api/auth/signup": Base & { post: Op<S["SignedIn"], { email: string; password: string; name?: string }> };
  "/api/auth/login": Base & { post: Op<S["SignedIn"], { email: string; password: string }> };
  "/api/auth/guest": Base & { post: Op<S["SignedIn"]> };
  "/api/auth/logout": Base & { post: Op<undefined> };
  "/api/tokens": Base & {
    get: Op<Page<S["Token"]>>;
    post: Op<S["Token"] & { token: string }, { name: string; scopes?: string[]; expires_in_days?: number }>;
  };
  "/api/tokens/{token_id}": Base & { delete: Op<undefined, never, { token_id: string }> };
  "/api/canvases": Base & {
    get: Op<Page<S["Canvas"]>, never, never, { q?: string; limit?: number; cursor?: string; trash?: boolean }>;
    post: Op<S["Canvas"], { name?: string }>;
  };
  "/api/canvases/{canvas_id}": Base & {
    get: Op<S["Canvas"], never, { canvas_id: string }>;
    patch: Op<S["Canvas"], { name?: string }, { canvas_id: string }>;
    delete: Op<undefined, never, { canvas_id: string }>;
  };
  "/api/canvases/{canvas_id}/restore": Base & { post: Op<S["Canvas"], never, { canvas_id: string }> };
  "/api/canvases/{canvas_id}/elements": Base & {
    get: Op<{ elements: Record<string, unknown>[]; version: number }, never, { canvas_id: string }, { since?: number }>;
    post: Op<
      { version: number; accepted: string[]; stale: Record<string, unknown>[] },
      { elements: Record<string, unknown>[] },
      { canvas_id: string }
    >;
  };
  "/api/ai-agent/create-canvas": Base & {
    post: Op<Started, { instructions: string; canvas_id?: string; style?: string; color_scheme?: string; priority?: string }>;
  };
  "/api/ai-agent/modify-canvas": Base & {
    post: Op<Started, { canvas_id: string; instructions: string; style?: string; color_scheme?: string; priority?: string }>;
  };
  "/api/ai-agent/job/{job_id}": Base & { delete: Op<S["Job"], never, Ids> };
  "/api/ai-agent/job/{job_id}/result": Base & { get: Op<Record<string, unknown>, never, Ids> };
  "/api/ai-agent/job/{job_id}/status": Base & { get: Op<S["Job"], never, Ids> };
  "/api/jobs": Base & {
    get: Op<
      Page<S["Job"]>,
      never,
      never,
      { status?: string; type?: string; queue?: string; tag?: string; q?: string; canvas_id?: string; limit?: number; cursor?: string }
    >;
  };
  "/api/jobs/{job_id}": Base & { get: Op<S["JobDetail"], never, Ids>; delete: Op<S["Job"], never, Ids> };
  "/api/jobs/{job_id}/result": Base & { get: Op<Record<string, unknown>, never, Ids> };
  "/api/jobs/{job_id}/events": Base & {
    get: Op<{ events: S["JobEvent"][] }, never, Ids, { after?: number }>;
  };
}
