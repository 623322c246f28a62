import { screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";

import { renderPage } from "../../../test/render-page";
import { startServer, url } from "../../../test/server";
import type { Call, Entry, Usage } from "../usage-queries";
import { UsagePage } from "./UsagePage";

const server = startServer();
const JOB = "0198b7a0-1111-7000-8000-000000000001";
const sums = {
  ...{ calls: 3, failed: 1, cached: 1, tokens_in: 1000, tokens_out: 234 },
  ...{ usd: 0.0031, saved_usd: 0.5 },
};
const none = { ...sums, calls: 0, tokens_in: 0, tokens_out: 0, usd: 0 };
const usage: Usage = {
  billing: true,
  balance: 1500,
  reserved: 200,
  plan: null,
  days: 30,
  budgets: [
    {
      ...{ period: "day", amount: 1, spent: 1.2, share: 1.2, set_by_staff: true },
      resets_at: "2026-01-02T00:00:00Z",
    },
  ],
  total: sums,
  by_day: [
    { ...none, day: "2026-01-01" },
    { ...sums, day: "2026-01-02" },
  ],
  by_type: [{ ...sums, operation: "create_canvas" }],
};
const call: Call = {
  ...{
    id: "c1",
    at: "2026-01-02T10:00:00Z",
    job_id: JOB,
    operation: "create_canvas",
    module: "ai.flowchart",
  },
  ...{ provider: "Acme", model: "large", tokens_in: 1000, tokens_out: 234, estimated: true, usd: 0.0031 },
  ...{ saved_usd: 0, latency_ms: 900, cached: false, success: false, error_code: "provider_timeout" },
};
const entry: Entry = {
  ...{ id: 1, at: "2026-01-02T10:00:00Z", kind: "use", amount: -1234, job_id: JOB, note: null },
};

let asked: string[];

beforeEach(() => {
  asked = [];
  serve(usage);
  server.use(
    http.get(url("/api/usage/operations"), ({ request }) => {
      const { searchParams } = new URL(request.url);
      const older = searchParams.get("cursor") === "next";
      return HttpResponse.json({
        items: [older ? { ...call, id: "c2", model: "older", estimated: false } : call],
        next_cursor: older ? null : "next",
      });
    }),
    http.get(url("/api/usage/entries"), () => HttpResponse.json({ items: [entry], next_cursor: null })),
  );
});

function serve(body: Usage) {
  server.use(
    http.get(url("/api/usage"), ({ request }) => {
      asked.push(new URL(request.url).searchParams.get("days") ?? "");
      return HttpResponse.json(body);
    }),
  );
}

function open() {
  renderPage([{ path: "/", Component: UsagePage }]);
}

test("credit, budgets, days, types, calls and entries are told in numbers and words", async () => {
  open();
  await screen.findByText("1,500 tokens");
  screen.getByText("200 more are held for jobs that run now.");
  screen.getByText(/^Used up\. Models that cost something are asked again from/);
  screen.getByRole("img", { name: "1,234 tokens in all; most on Jan 2: 1,234" });
  screen.getByText("1 failed, 1 from the cache");
  screen.getByText("Answers from the cache have saved $0.50.");
  const made = await screen.findByRole("row", { name: /large/ });
  for (const text of ["Failed", "Acme", "≈ 1,234", "$0.0031"]) within(made).getByText(text);
  expect(within(made).getByRole("link").getAttribute("href")).toBe(`/jobs/${JOB}`);
  within(await screen.findByRole("row", { name: /Used by a job/ })).getByText("−1,234");
});

test("older calls are read on demand, and other spans of days", async () => {
  open();
  await screen.findByRole("row", { name: /large/ });
  await userEvent.click(screen.getByRole("button", { name: "Show more" }));
  within(await screen.findByRole("row", { name: /older/ })).getByText("1,234");
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  await userEvent.click(screen.getByText("90 days"));
  await screen.findByText("1,500 tokens");
  expect(asked).toEqual(["30", "90"]);
});

test("where nobody is charged it says who pays, beside the budgets that hold all the same", async () => {
  serve({ ...usage, billing: false, balance: null });
  open();
  await screen.findByText("You pay nothing");
  screen.getByText("$1.20 of $1.00");
  expect(screen.queryByText("Credit history")).toBeNull();
});
