import { MantineProvider } from "@mantine/core";
import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";

import { rememberCsrfToken } from "../../../lib/api-client";
import { createQueryClient } from "../../../lib/query-client";
import { canvasQuery } from "../api/canvas-queries";
import { CanvasName } from "./CanvasName";

const CANVAS = "http://localhost:3000/api/canvases/c";
const server = setupServer();
let name: string;
let sent: unknown[];

beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
beforeEach(() => {
  rememberCsrfToken("token");
  name = "Old name";
  sent = [];
  server.use(
    http.get(CANVAS, () => HttpResponse.json({ id: "c", name })),
    http.patch(CANVAS, async ({ request }) => {
      const body = (await request.json()) as { name: string };
      sent.push(body);
      if (body.name === "refused") return HttpResponse.json({ detail: "Not this one." }, { status: 422 });
      name = body.name;
      return HttpResponse.json({ id: "c", name });
    }),
  );
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

function Name() {
  return <CanvasName canvasId="c" name={useQuery(canvasQuery("c")).data?.name ?? null} />;
}

async function open() {
  render(
    <MantineProvider>
      <QueryClientProvider client={createQueryClient()}>
        <Name />
      </QueryClientProvider>
    </MantineProvider>,
  );
  await userEvent.click(await screen.findByRole("button", { name: "Rename canvas “Old name”" }));
  return screen.getByRole("textbox", { name: "Name of the canvas" });
}

it("renames in place on Enter", async () => {
  const field = await open();
  await userEvent.clear(field);
  await userEvent.type(field, " New name {Enter}");
  expect(await screen.findByRole("button", { name: "Rename canvas “New name”" })).toBeTruthy();
  expect(sent).toEqual([{ name: "New name" }]);
});

it("keeps the old name on Escape, and when nothing was written", async () => {
  const field = await open();
  await userEvent.type(field, "something{Escape}");
  await userEvent.click(await screen.findByRole("button", { name: "Rename canvas “Old name”" }));
  await userEvent.clear(screen.getByRole("textbox"));
  await userEvent.tab();
  expect(await screen.findByRole("button", { name: "Rename canvas “Old name”" })).toBeTruthy();
  expect(sent).toEqual([]);
});

it("takes the new name back when the server refuses it", async () => {
  const field = await open();
  await userEvent.clear(field);
  await userEvent.type(field, "refused{Enter}");
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(await screen.findByRole("button", { name: "Rename canvas “Old name”" })).toBeTruthy();
});
