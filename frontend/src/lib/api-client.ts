import createClient from "openapi-fetch";

import { asProblem, problemFrom } from "./api-problem";
import type { paths } from "./api-schema";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);
const CSRF_HEADER = "X-CSRF-Token";

let csrfToken: string | null = null;

/** The session's answer carries the token; signing in or out changes it. */
export function rememberCsrfToken(token: string | null): void {
  csrfToken = token;
}

async function fetchCsrfToken(): Promise<string | null> {
  const response = await fetch(new URL("/api/session", window.location.origin), {
    credentials: "same-origin",
  });
  const body = (await response.json()) as { csrf_token?: string };
  csrfToken = body.csrf_token ?? null;
  return csrfToken;
}

async function refusedForCsrf(response: Response): Promise<boolean> {
  if (response.status !== 403) return false;
  const body = (await response
    .clone()
    .json()
    .catch(() => null)) as { code?: string } | null;
  return body?.code?.startsWith("csrf") ?? false;
}

/** fetch with the CSRF header. The token may be stale when another tab signed in: then it is renewed, once. */
async function fetchWithCsrf(request: Request): Promise<Response> {
  if (SAFE_METHODS.has(request.method)) return fetch(request);
  const again = request.clone();
  request.headers.set(CSRF_HEADER, csrfToken ?? (await fetchCsrfToken()) ?? "");
  const response = await fetch(request);
  if (!(await refusedForCsrf(response))) return response;
  again.headers.set(CSRF_HEADER, (await fetchCsrfToken()) ?? "");
  return fetch(again);
}

/** The typed client of our own API. Wrap calls in {@link unwrap}. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: "same-origin",
  fetch: fetchWithCsrf,
});

/** The data of an answer; anything else is thrown as an ApiProblem. */
export async function unwrap<Data>(
  answer: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<NonNullable<Data>> {
  const { data, error, response } = await answer.catch((failure: unknown) => {
    throw asProblem(failure);
  });
  if (!response.ok) throw problemFrom(response, error);
  return data as NonNullable<Data>; // undefined for 204, whose type is never read
}
