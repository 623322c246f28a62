import { screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";

import { renderPage } from "../../../../test/render-page";
import { ada, problem, sessionOf, startServer, url } from "../../../../test/server";
import type { PayerAccount, StaffEntry, StaffUsage } from "../../staff-queries";
import { BillingSection } from "./BillingSection";

const server = startServer();
const EVE = "0198b7a0-0000-7000-8000-000000000003";
const sums = { calls: 3, failed: 0, cached: 0, tokens_in: 1000, tokens_out: 234, usd: 0.85, saved_usd: 0 };
const budget = { spent: 0.85, share: 0.85, set_by_staff: false, resets_at: "2026-02-01T00:00:00Z" };

const eve: PayerAccount = {
  user_id: EVE,
  created_at: "2026-01-01T10:00:00Z",
  name: "Eve",
  email: "eve@example.org",
  is_guest: false,
  suspended: false,
  billing: true,
  balance: 1500,
  reserved: 200,
  plan: {
    name: "Team",
    starts_at: "2026-01-01T00:00:00Z",
    ends_at: "2026-02-01T00:00:00Z",
    renewal: "none",
    expired: true,
  },
  budgets: [
    { period: "day", amount: 1, ...budget },
    { period: "month", amount: null, ...budget, share: null, set_by_staff: true },
  ],
  month: sums,
};

const entries: StaffEntry[] = [
  {
    id: 2,
    at: "2026-01-02T10:00:00Z",
    kind: "staff_grant",
    amount: 500,
    balance: 1500,
    job_id: null,
    note: "Sorry",
    actor_id: EVE,
    actor_name: "Grace",
  },
];

let billing: boolean;
let sent: { method: string; path: string; body: unknown; key: string | null }[];

beforeEach(() => {
  billing = true;
  sent = [];
  const act = (answer: () => Response) => async (info: { request: Request }) => {
    const { request } = info;
    const body: unknown = await request.json();
    const path = new URL(request.url).pathname;
    sent.push({ method: request.method, path, body, key: request.headers.get("Idempotency-Key") });
    return answer();
  };
  const usage = (): StaffUsage => ({
    ...{ billing, days: 30, total: sums, by_day: [], by_type: [], budgets: eve.budgets },
    by_person: [{ ...sums, user_id: EVE, name: "Eve" }],
  });
  server.use(
    sessionOf(ada), // for the token that changes need
    http.get(url("/api/staff/usage"), () => HttpResponse.json(usage())),
    http.get(url("/api/staff/credits"), ({ request }) => {
      const q = new URL(request.url).searchParams.get("q") ?? "";
      return HttpResponse.json({ items: "eve".includes(q) ? [{ ...eve, billing }] : [], next_cursor: null });
    }),
    http.get(url(`/api/staff/credits/${EVE}`), () => HttpResponse.json({ ...eve, billing })),
    http.get(url(`/api/staff/credits/${EVE}/entries`), () =>
      HttpResponse.json({ items: entries, next_cursor: null }),
    ),
    http.post(
      url("/api/staff/credits"),
      act(() => HttpResponse.json({ balance: 2000, created: true }, { status: 201 })),
    ),
    http.put(
      url(`/api/staff/plans/${EVE}`),
      act(() => HttpResponse.json(eve)),
    ),
    http.put(
      url("/api/staff/budgets"),
      act(() => HttpResponse.json({ budgets: eve.budgets })),
    ),
  );
});

function open(canAct: boolean, at = "/staff/billing") {
  renderPage([{ path: "/staff/billing", element: <BillingSection canAct={canAct} /> }], at);
}

test("people are shown with plan, balance, use and what of their budgets is spent, and found by name", async () => {
  open(true);
  const row = await screen.findByRole("row", { name: /eve@example.org/ });
  for (const text of [
    "1,500",
    "200 held",
    "1,234 tokens",
    "$0.85 of $1.00",
    "$0.85, no limit",
    "Set by staff.",
  ]) {
    within(row).getByText(text);
  }
  expect(within(row).getByText(/^ended/).className).toContain("bad");
  expect(within(row).getByRole("progressbar").getAttribute("aria-valuenow")).toBe("85");
  await userEvent.type(screen.getByLabelText("Name, address or id"), "zoe");
  await screen.findByText("Nobody fits.");
});

test("a grant has a reason and is made once, and what is refused is said in the form", async () => {
  open(true, `/staff/billing?person=${EVE}`);
  await userEvent.click(await screen.findByRole("button", { name: "Grant credit" }));
  const form = within(await screen.findByRole("dialog", { name: "Grant credit to Eve" }));
  await userEvent.click(form.getByRole("button", { name: "Grant" }));
  form.getByText("Say why");
  expect(sent).toEqual([]);
  server.use(
    http.post(url("/api/staff/credits"), () => problem(422, "invalid", "That is too much."), { once: true }),
  );
  await userEvent.type(form.getByLabelText(/^Tokens/), "500");
  await userEvent.type(form.getByLabelText(/^Why/), "Sorry");
  await userEvent.click(form.getByRole("button", { name: "Grant" }));
  await form.findByText("That is too much.");
  await userEvent.click(form.getByRole("button", { name: "Grant" }));
  await screen.findByText("Eve has 2,000 tokens now.");
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({ body: { user_id: EVE, tokens: 500, note: "Sorry" } });
  expect(sent[0]?.key).toMatch(/^[0-9a-f-]{36}-500$/);
});

test("the ledger tells what each entry came to and who granted it", async () => {
  open(true, `/staff/billing?person=${EVE}`);
  const row = await screen.findByRole("row", { name: /Granted/ });
  for (const text of ["by Grace", "Sorry", "+500", "1,500"]) within(row).getByText(text);
});

test("a plan keeps what was not touched, and is taken away at the second click", async () => {
  server.use(
    http.delete(url(`/api/staff/plans/${EVE}`), ({ request }) => {
      sent.push({ method: request.method, path: "plan", body: null, key: null });
      return new HttpResponse(null, { status: 204 });
    }),
  );
  open(true, `/staff/billing?person=${EVE}`);
  await userEvent.click(await screen.findByRole("button", { name: "Change plan" }));
  let form = within(await screen.findByRole("dialog", { name: "Plan of Eve" }));
  expect(form.getByLabelText<HTMLInputElement>("Last day (UTC)").value).toBe("2026-01-31");
  await userEvent.selectOptions(form.getByLabelText("Afterwards"), "monthly");
  await userEvent.click(form.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.body).toEqual({
    name: "Team",
    renewal: "monthly",
    starts_at: eve.plan?.starts_at,
    ends_at: eve.plan?.ends_at,
  });
  await waitFor(() => expect(screen.queryByRole("dialog", { name: "Plan of Eve" })).toBeNull());
  await userEvent.click(screen.getByRole("button", { name: "Change plan" }));
  form = within(await screen.findByRole("dialog", { name: "Plan of Eve" }));
  await userEvent.click(form.getByRole("button", { name: "Take the plan away" }));
  expect(sent).toHaveLength(1);
  await userEvent.click(form.getByRole("button", { name: "Credit alone decides then" }));
  await waitFor(() => expect(sent[1]).toMatchObject({ method: "DELETE" }));
});

test("without billing the page says what to set, and budgets are set all the same", async () => {
  billing = false;
  open(true);
  await screen.findByText(/set BILLING=on/);
  await screen.findByRole("row", { name: /eve@example.org/ });
  expect(screen.queryByRole("columnheader", { name: "Balance" })).toBeNull();
  expect(screen.queryByRole("option", { name: "Little credit left" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Change budgets" }));
  const form = within(await screen.findByRole("dialog", { name: "Budgets of the installation" }));
  const [day, month] = form.getAllByRole("radiogroup");
  await userEvent.click(within(day as HTMLElement).getByLabelText("Amount"));
  const amount = form.getByLabelText("US dollars a day");
  await userEvent.clear(amount);
  await userEvent.click(form.getByRole("button", { name: "Save" }));
  form.getByText("Enter an amount");
  await userEvent.type(amount, "2.5");
  await userEvent.click(within(month as HTMLElement).getByLabelText("By the settings"));
  await userEvent.click(form.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.body).toEqual({ user_id: null, day: 2.5, reset: ["month"] });
});

test("read-only staff see it all and find nothing to press", async () => {
  open(false, `/staff/billing?person=${EVE}`);
  await screen.findByRole("row", { name: /Granted/ });
  expect(screen.queryByRole("button", { name: /Grant credit|Change/ })).toBeNull();
});
