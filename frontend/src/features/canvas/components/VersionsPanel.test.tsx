import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { rememberCsrfToken } from "../../../lib/api-client";
import { renderPage } from "../../../test/render-page";
import { problem, startServer, url } from "../../../test/server";
import type { Version } from "../api/version-queries";
import { VersionsPanel } from "./VersionsPanel";

// The editor draws on a real canvas, which only a browser has.
vi.mock("../editor/ReadOnlyBoard", () => ({
  ReadOnlyBoard: ({ elements }: { elements: unknown[] }) => <p>{`${elements.length} drawn`}</p>,
}));

const server = startServer();
const BASE = "/api/canvases/c/versions";
let versions: Version[];
let sent: string[];

function aVersion(changes: Partial<Version>): Version {
  return {
    id: "0198b7a0-2222-7000-8000-000000000001",
    canvas_id: "c",
    canvas_version: 3,
    cause: "hand",
    name: "Draft",
    about: null,
    author: "Ada",
    job_id: null,
    element_count: 2,
    size: 300,
    preview: [],
    created_at: "2026-01-01T10:00:00Z",
    expires_at: null,
    ...changes,
  };
}

const OLDER = aVersion({
  id: "0198b7a0-2222-7000-8000-000000000002",
  cause: "job",
  name: null,
  about: "Create canvas · “onboarding”",
  expires_at: "2026-01-08T10:00:00Z",
});

beforeEach(() => {
  rememberCsrfToken("token");
  versions = [aVersion({}), OLDER];
  sent = [];
  server.use(
    http.get(url(BASE), () => HttpResponse.json({ items: versions, next_cursor: null })),
    http.get(url(`${BASE}/:id`), ({ params }) =>
      HttpResponse.json({
        ...versions.find(({ id }) => id === params["id"]),
        elements: [{ id: "a" }, { id: "b" }],
        difference: { added: ["x", "y"], changed: [], removed: ["a"] },
      }),
    ),
    http.post(url(`${BASE}/:id/restore`), ({ params }) => {
      sent.push(String(params["id"]));
      return HttpResponse.json({ version: 9, written: 3, before: "before-it" });
    }),
  );
});

function open(onClose = vi.fn()) {
  renderPage([
    { path: "/", Component: () => <VersionsPanel canvasId="c" editor={null} onClose={onClose} /> },
  ]);
  return onClose;
}

describe("versions", () => {
  it("says of each what it is called, or before what it was kept", async () => {
    open();
    const rows = await screen.findAllByRole("listitem");
    expect(rows.map((row) => row.textContent)).toEqual([
      expect.stringMatching(/^Draft.* · Ada$/),
      expect.stringMatching(/^Before “onboarding”.* · 2 elements$/),
    ]);
  });

  it("shows one as it was, says what is different now, restores it, and takes that back", async () => {
    open();
    await userEvent.click(await screen.findByRole("button", { name: "Look at “Draft”" }));
    const view = screen.getByRole("region", { name: "As it was: “Draft”" });
    expect(await within(view).findByText("2 drawn")).toBeTruthy();
    expect(view.textContent).toContain("Since then2 added1 removed");
    await userEvent.click(within(view).getByRole("button", { name: "Restore" }));
    await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(sent).toEqual(["0198b7a0-2222-7000-8000-000000000001", "before-it"]));
    expect(screen.queryByRole("region", { name: /As it was/ })).toBeNull();
  });

  it("goes back to now by Esc, and closes by another one", async () => {
    const onClose = open();
    await userEvent.click(await screen.findByRole("button", { name: "Look at “Draft”" }));
    await screen.findByText("2 drawn");
    await userEvent.keyboard("{Escape}");
    expect(screen.queryByText("2 drawn")).toBeNull();
    expect(onClose).not.toHaveBeenCalled();
    await userEvent.keyboard("{Escape}");
    expect(onClose).toHaveBeenCalledOnce();
  });

  it("keeps the present under a name, and shows why it could not", async () => {
    const refusal = "Nothing has changed since “Draft”.";
    server.use(
      http.post(url(BASE), async ({ request }) => {
        const { name } = (await request.json()) as { name: string };
        if (name === "Again") return problem(409, "conflict", refusal);
        versions = [aVersion({ id: "0198b7a0-2222-7000-8000-000000000003", name }), ...versions];
        return HttpResponse.json(versions[0], { status: 201 });
      }),
    );
    open();
    const field = await screen.findByRole("textbox", { name: "Name for the canvas as it is now" });
    await userEvent.type(field, "Again{Enter}");
    expect(await screen.findByText(refusal)).toBeTruthy();
    await userEvent.clear(field);
    await userEvent.type(field, "Second{Enter}");
    expect(await screen.findByRole("button", { name: "Look at “Second”" })).toBeTruthy();
    expect(field).toHaveProperty("value", "");
  });

  it("gives one a name by its menu", async () => {
    server.use(
      http.patch(url(`${BASE}/:id`), async ({ request, params }) => {
        const { name } = (await request.json()) as { name: string };
        versions = versions.map((each) => (each.id === params["id"] ? { ...each, name } : each));
        return HttpResponse.json(versions[1]);
      }),
    );
    open();
    await userEvent.click(await screen.findByRole("button", { name: "More about “Before “onboarding””" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Name it…" }));
    await userEvent.type(screen.getByRole("textbox", { name: "Name of the version" }), "Good one{Enter}");
    expect(await screen.findByRole("button", { name: "Look at “Good one”" })).toBeTruthy();
  });

  it("says what will be here while there is nothing", async () => {
    versions = [];
    open();
    expect(await screen.findByText("No versions yet")).toBeTruthy();
  });
});
