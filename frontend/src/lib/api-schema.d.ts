// Written by hand until the server's document can be had; `npm run api-types` replaces it.
type Json<Body> = { headers: { [name: string]: unknown }; content: { "application/json": Body } };
type Problem = { default: Json<{ detail: string; code: string }> };
type Ids = { job_id: string };
interface Op<Answer, Body = never, Path = never, Query = never> {
  parameters: {
    query?: [Query] extends [never] ? never : Query;
    header?: { "Idempotency-Key"?: string };
    path: [Path] extends [never] ? never : Path;
    cookie?: never;
  };
  requestBody: [Body] extends [never] ? never : { content: { "application/json": Body } };
  responses: { 200: Json<Answer> } & Problem;
}
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
export interface components {
  schemas: {
    Canvas: {
      id: string;
      name: string;
      version: number;
      created_at: string;
      updated_at: string;
      deleted_at?: string | null;
    };
  };
}
export interface paths {
  "/api/canvases/{canvas_id}": Base & {
    get: Op<components["schemas"]["Canvas"], never, { canvas_id: string }>;
    patch: Op<components["schemas"]["Canvas"], { name?: string }, { canvas_id: string }>;
  };
  "/api/ai-agent/create-canvas": Base & {
    post: Op<Started, { instructions: string; canvas_id?: string; style?: string; color_scheme?: string; priority?: string }>;
  };
  "/api/ai-agent/modify-canvas": Base & {
    post: Op<Started, { canvas_id: string; instructions: string; style?: string; color_scheme?: string; priority?: string }>;
  };
  "/api/ai-agent/job/{job_id}/status": Base & { get: Op<Record<string, unknown>, never, Ids> };
}
