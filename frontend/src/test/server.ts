import { http, HttpResponse, type JsonBodyType } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll } from "vitest";

const ORIGIN = "http://localhost:3000";

/** The address of a route of ours, as handlers need it. */
export function url(path: string): string {
  return ORIGIN + path;
}

export const server = setupServer();

/** Answers for this test file; anything unforeseen fails the test. */
export function startServer(): typeof server {
  beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());
  return server;
}

export function problem(
  status: number,
  code: string,
  detail: string,
  more: Record<string, JsonBodyType> = {},
) {
  return HttpResponse.json(
    { type: `urn:collabcanvas:error:${code}`, title: "Refused", status, detail, code, ...more },
    { status, headers: { "Content-Type": "application/problem+json" } },
  );
}

export const ada = {
  id: "0198b7a0-0000-7000-8000-000000000001",
  email: "ada@example.org",
  name: "Ada",
  role: "user",
  is_guest: false,
  created_at: "2026-01-01T10:00:00Z",
} as const;

export const guest = {
  ...ada,
  id: "0198b7a0-0000-7000-8000-000000000002",
  email: null,
  name: "Guest",
  is_guest: true,
};

/** GET /api/session for this person, or for a stranger. */
export function sessionOf(user: typeof ada | typeof guest | null) {
  return http.get(url("/api/session"), () =>
    HttpResponse.json({
      user,
      csrf_token: "csrf-1",
      version: "1",
      signup_enabled: true,
      guests_enabled: true,
      min_password: 8,
    }),
  );
}
