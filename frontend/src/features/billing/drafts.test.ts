import { expect, test } from "vitest";

import { budgetBodyOf, budgetDraftOf } from "./budget-draft";
import { planBodyOf, planDraftOf } from "./plan-draft";
import type { PayerAccount } from "./staff-queries";
import type { BudgetState } from "./usage-queries";

const plan: NonNullable<PayerAccount["plan"]> = {
  name: "Team",
  starts_at: "2026-01-01T09:30:00Z",
  ends_at: "2026-02-01T00:00:00Z",
  renewal: "none",
  expired: false,
};

function budgets(day: Partial<BudgetState>, month: Partial<BudgetState> = {}): BudgetState[] {
  const state = { amount: 1, spent: 0, share: 0, set_by_staff: false, resets_at: "2026-01-02T00:00:00Z" };
  return [
    { ...state, period: "day", ...day },
    { ...state, period: "month", amount: 20, ...month },
  ];
}

test("a plan ends with its last day, and the 31st is the 31st", () => {
  expect(planDraftOf(plan)).toEqual({ name: "Team", lastDay: "2026-01-31", renewal: "none" });
  expect(planDraftOf({ ...plan, ends_at: "2026-02-01T15:00:00Z" }).lastDay).toBe("2026-02-01");
  expect(planBodyOf({ name: " Team ", lastDay: "2026-12-31", renewal: "yearly" }, null)).toEqual({
    name: "Team",
    renewal: "yearly",
    ends_at: "2027-01-01T00:00:00.000Z",
  });
  expect(planBodyOf({ name: "Club", lastDay: "", renewal: "none" }, null).ends_at).toBeNull();
});

test("of a plan only what was touched changes", () => {
  const odd = { ...plan, ends_at: "2026-02-01T15:00:00Z" };
  const draft = { ...planDraftOf(odd), name: "Club" };
  expect(planBodyOf(draft, odd)).toEqual({
    name: "Club",
    renewal: "none",
    starts_at: odd.starts_at,
    ends_at: odd.ends_at,
  });
  // An end before the beginning: the server chooses the beginning.
  expect(planBodyOf({ ...draft, lastDay: "2025-12-31" }, odd)).not.toHaveProperty("starts_at");
});

test("of budgets only what was touched is sent", () => {
  const before = budgets({ set_by_staff: true, amount: null });
  const draft = budgetDraftOf(before);
  expect(draft).toEqual({ day: { kind: "none", amount: "" }, month: { kind: "settings", amount: 20 } });
  expect(budgetBodyOf(draft, before)).toEqual({ reset: [] });
  expect(budgetBodyOf({ ...draft, day: { kind: "settings", amount: "" } }, before)).toEqual({
    reset: ["day"],
  });
  expect(budgetBodyOf({ ...draft, month: { kind: "none", amount: 20 } }, before)).toEqual({
    reset: [],
    month: null,
  });
  expect(budgetBodyOf({ ...draft, month: { kind: "amount", amount: 20 } }, before)).toEqual({
    reset: [],
    month: 20, // the same as the settings say now, and not what they will say
  });
});
