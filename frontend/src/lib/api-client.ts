import createClient from "openapi-fetch";

import { problemFrom, unreachable } from "./api-problem";
import type { paths } from "./api-schema";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);
const CSRF_HEADER = "X-CSRF-Token";

let csrfToken: string | null = null;

/** The session's answer carries the token; signing in or out changes it. */
export function rememberCsrfToken(token: string | null): void {
  csrfToken = token;
}

async function fetchCsrfToken(): Promise<string | null> {
  const response = await reach(
    new Request(new URL("/api/session", window.location.origin), { credentials: "same-origin" }),
  );
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

/** A fetch that failed says so as a problem; browsers disagree about what they throw. Giving up on purpose is none. */
async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (failure) {
    if (request.signal.aborted) throw failure;
    throw unreachable();
  }
}

/** fetch with the CSRF header. The token may be stale when another tab signed in: then it is renewed, once. */
async function fetchWithCsrf(request: Request): Promise<Response> {
  if (SAFE_METHODS.has(request.method)) return reach(request);
  const again = request.clone();
  request.headers.set(CSRF_HEADER, csrfToken ?? (await fetchCsrfToken()) ?? "");
  const response = await reach(request);
  if (!(await refusedForCsrf(response))) return response;
  again.headers.set(CSRF_HEADER, (await fetchCsrfToken()) ?? "");
  return reach(again);
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
  const { data, error, response } = await answer;
  if (!response.ok) throw problemFrom(response, error);
  return data as NonNullable<Data>; // undefined for 204, whose type is never read
}
