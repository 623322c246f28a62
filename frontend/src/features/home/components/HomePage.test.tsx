import { screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { delay, http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";

import { rememberCsrfToken } from "../../../lib/api-client";
import { renderPage } from "../../../test/render-page";
import { ada, guest, problem, sessionOf, url, startServer } from "../../../test/server";
import { HomePage } from "./HomePage";

const server = startServer();
beforeEach(() => rememberCsrfToken("csrf-1"));

const routes = [
  { path: "/", Component: HomePage },
  { path: "/canvas/:id", element: <p>the board</p> },
];

const plan = {
  id: "c1",
  name: "Plan",
  version: 3,
  element_count: 0,
  owner_id: ada.id,
  role: "owner",
  created_at: "2026-01-01T10:00:00Z",
  updated_at: "2026-01-01T10:00:00Z",
  deleted_at: null as string | null,
};

/** Canvases of a server that remembers. */
function serveCanvases(...canvases: (typeof plan)[]) {
  const calls: string[] = [];
  const find = (id: unknown) => canvases.find((canvas) => canvas.id === id);
  server.use(
    http.get(url("/api/canvases"), ({ request }) => {
      const query = new URL(request.url).searchParams;
      const [q, trash] = [query.get("q") ?? "", query.get("trash") === "true"];
      const items = canvases.filter(
        (canvas) =>
          canvas.name.toLowerCase().includes(q.toLowerCase()) && (canvas.deleted_at !== null) === trash,
      );
      return HttpResponse.json({ items, next_cursor: null });
    }),
    http.patch(url("/api/canvases/:id"), async ({ params, request }) => {
      const { name } = (await request.json()) as { name: string };
      calls.push(`rename ${name}`);
      return HttpResponse.json(Object.assign(find(params["id"]) ?? {}, { name }));
    }),
    http.delete(url("/api/canvases/:id"), async ({ params }) => {
      calls.push("delete");
      await delay(100); // the card is gone by then
      Object.assign(find(params["id"]) ?? {}, { deleted_at: "2026-01-02T10:00:00Z" });
      return new HttpResponse(null, { status: 204 });
    }),
    http.post(url("/api/canvases/:id/restore"), ({ params }) => {
      calls.push("restore");
      return HttpResponse.json(Object.assign(find(params["id"]) ?? {}, { deleted_at: null }));
    }),
  );
  return calls;
}

function guestMayEnter() {
  const order: string[] = [];
  server.use(
    sessionOf(null),
    http.post(url("/api/auth/guest"), () => {
      order.push("guest");
      return HttpResponse.json({ ...guest, csrf_token: "csrf-2" }, { status: 201 });
    }),
    http.post(url("/api/ai-agent/create-canvas"), async ({ request }) => {
      const { instructions } = (await request.json()) as { instructions: string };
      order.push(`draw ${instructions} with ${request.headers.get("X-CSRF-Token")}`);
      return HttpResponse.json(
        { success: true, job_id: "j1", canvas_id: "c9", status: "queued" },
        { status: 202 },
      );
    }),
    http.post(url("/api/canvases"), () => {
      order.push("empty canvas");
      return HttpResponse.json({ ...plan, id: "c8" }, { status: 201 });
    }),
  );
  return order;
}

test("a stranger types, presses Enter, and is on the canvas with the job running", async () => {
  const order = guestMayEnter();
  const { router } = renderPage(routes);
  await userEvent.type(await screen.findByRole("textbox"), "a -> b{Enter}");
  await screen.findByText("the board");
  expect(order).toEqual(["guest", "draw a -> b with csrf-2"]);
  expect(router.state.location).toMatchObject({ pathname: "/canvas/c9", state: { jobId: "j1" } });
});

test("there are five examples, and a click on one draws it", async () => {
  const order = guestMayEnter();
  renderPage(routes);
  const examples = within(await screen.findByRole("list")).getAllByRole("button");
  expect(examples).toHaveLength(5);
  await userEvent.click(examples[0] as HTMLElement);
  await screen.findByText("the board");
  expect(order[1]).toMatch(/^draw Sign up -> /);
});

test("an empty canvas is one click away", async () => {
  const order = guestMayEnter();
  const { router } = renderPage(routes);
  await userEvent.click(await screen.findByRole("button", { name: "or start with an empty canvas" }));
  await screen.findByText("the board");
  expect(order).toEqual(["guest", "empty canvas"]);
  expect(router.state.location.pathname).toBe("/canvas/c8");
});

test("when drawing is refused, the text stays and the reason is said", async () => {
  guestMayEnter();
  serveCanvases();
  server.use(
    http.post(url("/api/ai-agent/create-canvas"), () => problem(429, "too_many_requests", "Wait a minute.")),
  );
  renderPage(routes);
  await userEvent.type(await screen.findByRole("textbox"), "a -> b{Enter}");
  await screen.findByText("Wait a minute.");
  expect(screen.getByDisplayValue("a -> b")).toBeTruthy();
});

test("a canvas is renamed in its place", async () => {
  server.use(sessionOf(ada));
  const calls = serveCanvases({ ...plan });
  renderPage(routes);
  await userEvent.click(await screen.findByRole("button", { name: "Actions for Plan" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Rename" }));
  const field = await screen.findByLabelText("Name of the canvas");
  await userEvent.clear(field);
  await userEvent.type(field, "Roadmap{Enter}");
  await screen.findByText("Roadmap");
  await waitFor(() => expect(calls).toEqual(["rename Roadmap"]));
});

test("Escape gives a renaming up", async () => {
  server.use(sessionOf(ada));
  const calls = serveCanvases({ ...plan });
  renderPage(routes);
  await userEvent.click(await screen.findByRole("button", { name: "Actions for Plan" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Rename" }));
  await userEvent.type(await screen.findByLabelText("Name of the canvas"), "nonsense{Escape}");
  await screen.findByText("Plan");
  expect(calls).toEqual([]);
});

test("a deleted canvas goes at once and comes back by Undo", async () => {
  server.use(sessionOf(ada));
  const calls = serveCanvases({ ...plan });
  renderPage(routes);
  await userEvent.click(await screen.findByRole("button", { name: "Actions for Plan" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Delete" }));
  await screen.findByText("Your canvases will be here");
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  await screen.findByRole("link", { name: "Open Plan" });
  expect(calls).toEqual(["delete", "restore"]);
});

test("the search asks the server and says when nothing is found", async () => {
  server.use(sessionOf(ada));
  serveCanvases({ ...plan }, { ...plan, id: "c2", name: "Budget" });
  renderPage(routes);
  await screen.findByRole("link", { name: "Open Plan" });
  await userEvent.type(screen.getByRole("searchbox"), "budg");
  await waitFor(() => expect(screen.queryByRole("link", { name: "Open Plan" })).toBeNull());
  expect(screen.getByRole("link", { name: "Open Budget" })).toBeTruthy();
  await userEvent.type(screen.getByRole("searchbox"), "xyz");
  await screen.findByText("No canvas by that name");
});
