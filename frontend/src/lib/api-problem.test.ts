import { expect, test } from "vitest";

import { ApiProblem, asProblem, problemFrom } from "./api-problem";

function answer(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers });
}

test("a problem document becomes its own sentence, code and reference", () => {
  const problem = problemFrom(answer(409), {
    detail: "This address is taken.",
    code: "email_taken",
    correlation_id: "c-1",
  });
  expect(problem).toMatchObject({ status: 409, code: "email_taken", correlationId: "c-1" });
  expect(problem.message).toBe("This address is taken.");
});

test("field messages are found under the place of the request and at any depth", () => {
  const problem = problemFrom(answer(422), {
    detail: "Some values are wrong.",
    errors: { json: { email: ["Not a valid address.", "Too long."], address: { city: ["Missing."] } } },
  });
  expect(problem.fieldErrors).toEqual({
    email: "Not a valid address. Too long.",
    "address.city": "Missing.",
  });
});

test("a field called json inside another one is not mistaken for a place", () => {
  const problem = problemFrom(answer(422), { errors: { options: { json: ["Unknown."] } } });
  expect(problem.fieldErrors).toEqual({ "options.json": "Unknown." });
});

test("a proxy's error page still gives a sentence, and Retry-After is read", () => {
  const problem = problemFrom(answer(503, { "Retry-After": "7" }), "<html>Bad gateway</html>");
  expect(problem.code).toBe("http_503");
  expect(problem.message).toMatch(/\.$/);
  expect(problem.retryAfterSeconds).toBe(7);
});

test("a problem stays the same problem, and a bug of ours still gives a sentence", () => {
  const problem = new ApiProblem(404, "not_found", "Not here.");
  expect(asProblem(problem)).toBe(problem);
  expect(asProblem(new Error("undefined is not a function")).message).toMatch(/Try again/);
});
