/** An answer of 4xx or 5xx (RFC 9457), or status 0 when the server could not be reached. `message` is a sentence to show. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    /** Field name → messages, from a refused form. */
    readonly fieldErrors: Readonly<Record<string, string>> = {},
    readonly correlationId: string | null = null,
    readonly retryAfterSeconds: number | null = null,
    /** `errors` as it was sent, where it is nested deeper than fields. */
    readonly errors?: unknown,
  ) {
    super(detail);
  }

  get isUnreachable(): boolean {
    return this.status === 0;
  }
}

const UNREACHABLE = "The server cannot be reached. Check your connection; we keep trying.";
const UNEXPLAINED = "The server could not do this. Try again in a moment.";

interface ProblemDocument {
  detail?: unknown;
  code?: unknown;
  errors?: unknown;
  correlation_id?: unknown;
}

/** Reads a problem document; a body that is none (a proxy's error page) still gives a sentence. */
export function problemFrom(response: Response, body: unknown): ApiProblem {
  const problem: ProblemDocument = typeof body === "object" && body !== null ? body : {};
  return new ApiProblem(
    response.status,
    text(problem.code) ?? `http_${response.status}`,
    text(problem.detail) ?? UNEXPLAINED,
    flattenErrors(problem.errors),
    text(problem.correlation_id) ?? response.headers.get("X-Correlation-ID"),
    seconds(response.headers.get("Retry-After")),
    problem.errors,
  );
}

/** The server did not answer at all. */
export function unreachable(): ApiProblem {
  return new ApiProblem(0, "unreachable", UNREACHABLE);
}

/** Whatever was thrown, as a problem that can be shown. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem(500, "unexpected", UNEXPLAINED);
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function seconds(header: string | null): number | null {
  const value = Number(header);
  return header !== null && Number.isFinite(value) ? value : null;
}

/** webargs nests messages under the place ({json: {email: ["…"]}}); other errors are flat. Both become field → sentence. */
export function flattenErrors(errors: unknown): Record<string, string> {
  const flat: Record<string, string> = {};
  const visit = (node: unknown, path: string[]): void => {
    if (typeof node === "string") {
      flat[path.join(".")] ??= node;
    } else if (Array.isArray(node)) {
      const messages = node.filter((entry) => typeof entry === "string");
      if (messages.length > 0) flat[path.join(".")] = messages.join(" ");
    } else if (typeof node === "object" && node !== null) {
      for (const [key, value] of Object.entries(node)) {
        const isPlace = path.length === 0 && ["json", "query", "form", "headers"].includes(key);
        visit(value, isPlace ? path : [...path, key]);
      }
    }
  };
  visit(errors, []);
  return flat;
}
