import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";

import { problem, sessionOf, url, startServer } from "../test/server";
import { api, rememberCsrfToken, unwrap } from "./api-client";

const server = startServer();
beforeEach(() => rememberCsrfToken(null));

function acceptToken(valid: string): string[] {
  const seen: string[] = [];
  server.use(
    http.post(url("/api/canvases"), async ({ request }) => {
      const token = request.headers.get("X-CSRF-Token") ?? "none";
      seen.push(`${token} ${JSON.stringify(await request.json())}`);
      return token === valid
        ? HttpResponse.json({ id: "c" }, { status: 201 })
        : problem(403, "csrf", "Stale token.");
    }),
  );
  return seen;
}

test("an unsafe request carries the CSRF token of the session", async () => {
  server.use(sessionOf(null));
  const seen = acceptToken("csrf-1");
  await unwrap(api.POST("/api/canvases", { body: { name: "A" } }));
  expect(seen).toEqual(['csrf-1 {"name":"A"}']);
});

test("a stale token is renewed and the same body sent once more", async () => {
  server.use(sessionOf(null));
  const seen = acceptToken("csrf-1");
  rememberCsrfToken("old");
  await unwrap(api.POST("/api/canvases", { body: { name: "A" } }));
  expect(seen).toEqual(['old {"name":"A"}', 'csrf-1 {"name":"A"}']);
});

test("a token that is refused again is not tried for ever", async () => {
  server.use(sessionOf(null));
  const seen = acceptToken("never");
  await expect(unwrap(api.POST("/api/canvases", { body: {} }))).rejects.toMatchObject({
    status: 403,
    code: "csrf",
  });
  expect(seen).toHaveLength(2);
});

test("reading carries no token and asks for none", async () => {
  let header: string | null = "unset";
  server.use(
    http.get(url("/api/canvases"), ({ request }) => {
      header = request.headers.get("X-CSRF-Token");
      return HttpResponse.json({ items: [], next_cursor: null });
    }),
  );
  await unwrap(api.GET("/api/canvases"));
  expect(header).toBeNull();
});

test("a refusal is thrown with the server's sentence", async () => {
  server.use(
    http.get(url("/api/canvases"), () => problem(429, "too_many_requests", "Slow down for 5 seconds.")),
  );
  await expect(unwrap(api.GET("/api/canvases"))).rejects.toThrow("Slow down for 5 seconds.");
});

test("an unreachable server is a problem with status 0", async () => {
  server.use(http.get(url("/api/canvases"), () => HttpResponse.error()));
  await expect(unwrap(api.GET("/api/canvases"))).rejects.toMatchObject({ status: 0, isUnreachable: true });
});

test("an answer without content is a success", async () => {
  server.use(
    sessionOf(null),
    http.delete(url("/api/canvases/c"), () => new HttpResponse(null, { status: 204 })),
  );
  const path = { canvas_id: "c" };
  await expect(
    unwrap(api.DELETE("/api/canvases/{canvas_id}", { params: { path } })),
  ).resolves.toBeUndefined();
});
