import { screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";

import { rememberCsrfToken } from "../../../lib/api-client";
import { renderPage } from "../../../test/render-page";
import { ada, guest, problem, sessionOf, url, startServer } from "../../../test/server";
import { safeReturnPath } from "../return-path";
import { sessionQuery } from "../session";
import { AccountMenu } from "./AccountMenu";
import { ApiTokens } from "./ApiTokens";
import { SignInPage } from "./SignInPage";
import { SignUpPage } from "./SignUpPage";

const server = startServer();
beforeEach(() => rememberCsrfToken("csrf-1"));

const routes = [
  { path: "/", element: <p>home</p> },
  { path: "/jobs", element: <p>jobs</p> },
  { path: "/signin", Component: SignInPage },
  { path: "/signup", Component: SignUpPage },
  { path: "/menu", Component: AccountMenu },
  { path: "/tokens", Component: ApiTokens },
];

async function fill(label: string, text: string) {
  await userEvent.type(await screen.findByLabelText(label, { selector: "input" }), text);
}

test("signing in goes back to where one came from, as the new person with the new CSRF token", async () => {
  server.use(
    sessionOf(null),
    http.post(url("/api/auth/login"), async ({ request }) => {
      expect(await request.json()).toEqual({ email: "ada@example.org", password: "secret" });
      return HttpResponse.json({ ...ada, csrf_token: "csrf-2" });
    }),
    http.post(url("/api/tokens"), ({ request }) =>
      HttpResponse.json({ seen: request.headers.get("X-CSRF-Token") }),
    ),
  );
  const { client, router } = renderPage(routes, "/signin?next=/jobs");
  await fill("E-mail", "ada@example.org");
  await fill("Password", "secret");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByText("jobs");
  expect(router.state.location.pathname).toBe("/jobs");
  expect(client.getQueryData(sessionQuery.queryKey)?.user?.name).toBe("Ada");
  expect(client.getQueryData(sessionQuery.queryKey)?.csrf_token).toBe("csrf-2");
});

test("wrong credentials are said in the server's words, and nothing typed is lost", async () => {
  server.use(
    sessionOf(null),
    http.post(url("/api/auth/login"), () =>
      problem(401, "wrong_credentials", "Address or password is wrong."),
    ),
  );
  renderPage(routes, "/signin");
  await fill("E-mail", "ada@example.org");
  await fill("Password", "wrong");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByText("Address or password is wrong.");
  expect(screen.getByLabelText("E-mail")).toHaveProperty("value", "ada@example.org");
});

test("the form refuses what the server would refuse, without asking it", async () => {
  server.use(sessionOf(null));
  renderPage(routes, "/signup");
  await fill("E-mail", "ada");
  await fill("Password", "short");
  await userEvent.click(screen.getByRole("button", { name: "Create account" }));
  await screen.findByText("Use at least 8 characters");
  expect(screen.getByText(/Enter an address/)).toBeTruthy();
});

test("the server's field messages appear at their fields", async () => {
  server.use(
    sessionOf(guest),
    http.post(url("/api/auth/signup"), () =>
      problem(422, "invalid", "Some values are wrong.", {
        errors: { json: { email: ["This domain takes no mail."] } },
      }),
    ),
  );
  renderPage(routes, "/signup");
  await screen.findByText(/as a guest stays with you/);
  await fill("E-mail", "ada@nowhere.invalid");
  await fill("Password", "a good sentence");
  await userEvent.click(screen.getByRole("button", { name: "Create account" }));
  await screen.findByText("This domain takes no mail.");
  expect(screen.getByLabelText("E-mail").getAttribute("aria-invalid")).toBe("true");
});

test("another person's data is forgotten at sign-in; a guest who signs up keeps it", async () => {
  server.use(
    sessionOf(guest),
    http.post(url("/api/auth/login"), () => HttpResponse.json({ ...ada, csrf_token: "c" })),
    http.post(url("/api/auth/signup"), () =>
      HttpResponse.json({ ...guest, is_guest: false, csrf_token: "c" }, { status: 201 }),
    ),
  );
  const kept = renderPage(routes, "/signup");
  kept.client.setQueryData(["canvases"], "of the guest");
  await screen.findByText(/as a guest stays with you/);
  await fill("E-mail", "ada@example.org");
  await fill("Password", "a good sentence");
  await userEvent.click(screen.getByRole("button", { name: "Create account" }));
  await screen.findByText("home");
  expect(kept.client.getQueryData(["canvases"])).toBe("of the guest");
  await kept.router.navigate("/signin");
  await fill("E-mail", "ada@example.org");
  await fill("Password", "secret");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByText("home");
  expect(kept.client.getQueryData(["canvases"])).toBeUndefined();
});

test("a guest is asked before signing out, because there is no way back", async () => {
  let signedOut = 0;
  server.use(
    sessionOf(guest),
    http.post(url("/api/auth/logout"), () => {
      signedOut += 1;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  renderPage(routes, "/menu");
  await userEvent.click(await screen.findByRole("button", { name: "Account of Guest" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Sign out" }));
  await screen.findByText(/no way back/);
  expect(signedOut).toBe(0);
  await userEvent.click(screen.getByRole("button", { name: "Sign out anyway" }));
  await screen.findByText("home");
  expect(signedOut).toBe(1);
});

test("a token is shown once, and revoking asks once more", async () => {
  const tokens = [
    { id: "t1", name: "Old", scopes: [], created_at: ada.created_at, last_used_at: null, expires_at: null },
  ];
  const revoked: unknown[] = [];
  server.use(
    sessionOf(ada),
    http.get(url("/api/tokens"), () => HttpResponse.json({ items: tokens, next_cursor: null })),
    http.post(url("/api/tokens"), () =>
      HttpResponse.json({ ...tokens[0], id: "t2", token: "cc_secret" }, { status: 201 }),
    ),
    http.delete(url("/api/tokens/:id"), ({ params }) => {
      revoked.push(params["id"]);
      return new HttpResponse(null, { status: 204 });
    }),
  );
  renderPage(routes, "/tokens");
  await fill("What is it for?", "Deploy");
  await userEvent.click(screen.getByRole("button", { name: "Create token" }));
  await screen.findByText("cc_secret");
  await userEvent.click(screen.getByRole("button", { name: "I have it" }));
  expect(screen.queryByText("cc_secret")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Revoke Old" }));
  expect(revoked).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Really revoke?" }));
  await waitFor(() => expect(revoked).toEqual(["t1"]));
});

test.each([
  ["/jobs?status=failed", "/jobs?status=failed"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["https://evil.example", "/"],
  [null, "/"],
])("after signing in %s leads to %s", (next, path) => {
  expect(safeReturnPath(next)).toBe(path);
});
