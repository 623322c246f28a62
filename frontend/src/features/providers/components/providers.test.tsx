import { screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";

import { renderPage } from "../../../test/render-page";
import { ada, problem, sessionOf, startServer, url } from "../../../test/server";
import type { EmbeddedModel, Provider } from "../providers-api";
import { ProvidersSection } from "./ProvidersSection";

const server = startServer();
const PATH = "/api/staff/providers";

const local: Provider = {
  id: "0198b7a0-0000-7000-8000-00000000000a",
  name: "Local",
  kind: "ollama",
  source: "staff",
  base_url: "http://127.0.0.1:11434/v1",
  model: "qwen",
  key_hint: "…abcd",
  enabled: true,
  problem: null,
  price_in: 0,
  price_out: 0,
  requests_per_minute: 60,
  tokens_per_minute: null,
  timeout: 120,
  circuit: { state: "closed", open_until: null, reason: null, waiting: 0 },
};
const busy: Provider = {
  ...local,
  id: "0198b7a0-0000-7000-8000-00000000000b",
  name: "Acme",
  price_in: 0.5,
  price_out: 2,
  circuit: {
    state: "open",
    open_until: "2026-01-01T10:00:00Z",
    reason: "Too many requests.",
    waiting: 3,
  },
};
const configured: Provider = { ...local, id: null, name: "Set", source: "settings", kind: "openai" };
const fetched: EmbeddedModel = {
  ...{ machine: "host", state: "fetching", model: "qwen-1.5b", bytes_done: 5e8, bytes_total: 1e9 },
  ...{ message: null, updated_at: "2026-01-01T10:00:00Z" },
};

let sent: { method: string; path: string; body: unknown }[];

beforeEach(() => {
  sent = [];
  const note = async ({ request }: { request: Request }) => {
    const text = await request.text();
    const body: unknown = text ? JSON.parse(text) : null;
    sent.push({ method: request.method, path: new URL(request.url).pathname, body });
  };
  server.use(
    sessionOf(ada), // for the token that changes need
    http.get(url(PATH), () => HttpResponse.json({ items: [configured, local, busy], embedded: [fetched] })),
    http.post(url(PATH), async (info) => {
      await note(info);
      return HttpResponse.json(local, { status: 201 });
    }),
    http.patch(url(`${PATH}/:id`), async (info) => {
      await note(info);
      return HttpResponse.json(local);
    }),
    http.put(url(`${PATH}/order`), async (info) => {
      await note(info);
      return HttpResponse.json({ items: [], embedded: [] });
    }),
    http.delete(url(`${PATH}/:id`), async (info) => {
      await note(info);
      return new HttpResponse(null, { status: 204 });
    }),
  );
});

function open(canAct: boolean) {
  renderPage([{ path: "/", element: <ProvidersSection canAct={canAct} /> }]);
}

async function card(name: string) {
  return within(await screen.findByRole("listitem", { name }));
}

test("each provider says how it stands, what it costs and who waits for it", async () => {
  open(true);
  const acme = await card("Acme");
  acme.getByText(/^Left alone until/);
  acme.getByText("Too many requests.");
  acme.getByText("3 jobs wait for it");
  acme.getByText("$0.5 in, $2 out, a million tokens");
  const mine = await card("Local");
  mine.getByText("Ready");
  mine.getByText("…abcd");
  const set = await card("Set");
  set.getByText(/^From AI_PROVIDERS/);
  expect(set.queryByRole("button", { name: /Change|Remove/ })).toBeNull();
  expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("50");
});

test("a key is sent only if one was typed, and a refusal stands at its field", async () => {
  open(true);
  await userEvent.click((await card("Local")).getByRole("button", { name: "Change Local" }));
  const form = within(await screen.findByRole("dialog", { name: "Change Local" }));
  await userEvent.clear(form.getByLabelText(/^Model/));
  await userEvent.type(form.getByLabelText(/^Model/), "other");
  server.use(
    http.patch(
      url(`${PATH}/:id`),
      () => problem(422, "invalid", "Wrong.", { errors: { base_url: ["Enter the key again."] } }),
      { once: true },
    ),
  );
  await userEvent.click(form.getByRole("button", { name: "Save" }));
  expect(await form.findAllByText("Enter the key again.")).not.toHaveLength(0);
  await userEvent.click(form.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toMatchObject({ method: "PATCH", body: { model: "other", requests_per_minute: 60 } });
  expect(sent[0]?.body).not.toHaveProperty("api_key");
});

test("one is switched off, asked earlier, and removed at the second click", async () => {
  open(true);
  const acme = await card("Acme");
  await userEvent.click(acme.getByRole("switch", { name: "Acme is asked" }));
  await userEvent.click(acme.getByRole("button", { name: "Ask Acme earlier" }));
  await userEvent.click(acme.getByRole("button", { name: "Remove Acme" }));
  await waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[0]).toMatchObject({ path: `${PATH}/${busy.id}`, body: { enabled: false } });
  expect(sent[1]).toMatchObject({ path: `${PATH}/order`, body: { ids: [busy.id, local.id] } });
  await userEvent.click(acme.getByRole("button", { name: "Remove it with its key" }));
  await waitFor(() => expect(sent[2]).toMatchObject({ method: "DELETE", path: `${PATH}/${busy.id}` }));
});

test("a trial says in words what came back", async () => {
  const JOB = "0198b7a0-1111-7000-8000-000000000001";
  server.use(
    http.post(url(`${PATH}/test`), () => HttpResponse.json({ job_id: JOB }, { status: 202 })),
    http.get(url(`/api/jobs/${JOB}`), () => HttpResponse.json({ job_id: JOB, status: "completed" })),
    http.get(url(`/api/jobs/${JOB}/result`), () =>
      HttpResponse.json({ result: { ok: false, message: "It refused the key." } }),
    ),
  );
  open(true);
  const acme = await card("Acme");
  await userEvent.click(acme.getByRole("button", { name: "Test Acme" }));
  await acme.findByText("It refused the key.");
});

test("read-only staff see it all and find nothing to press", async () => {
  open(false);
  await card("Acme");
  expect(screen.queryAllByRole("button")).toEqual([]);
  expect(screen.queryAllByRole("switch")).toEqual([]);
});
