import type { NewBudgets } from "./staff-queries";
import type { BudgetState } from "./usage-queries";

export const PERIODS = ["day", "month"] as const;
export type Period = (typeof PERIODS)[number];

/** Where a budget comes from: the settings, or staff, who set an amount or lift the limit. */
export interface BudgetChoice {
  kind: "settings" | "none" | "amount";
  amount: number | string;
}
export type BudgetDraft = Record<Period, BudgetChoice>;

export function budgetDraftOf(budgets: readonly BudgetState[]): BudgetDraft {
  const choose = (period: Period): BudgetChoice => {
    const budget = budgets.find((each) => each.period === period);
    const amount = budget?.amount ?? "";
    if (!budget?.set_by_staff) return { kind: "settings", amount };
    return { kind: budget.amount === null ? "none" : "amount", amount };
  };
  return { day: choose("day"), month: choose("month") };
}

/** As the API takes it: what stays is not named. */
export function budgetBodyOf(
  draft: BudgetDraft,
  before: readonly BudgetState[],
): Omit<NewBudgets, "user_id"> {
  const was = budgetDraftOf(before);
  const body: Omit<NewBudgets, "user_id"> & { reset: Period[] } = { reset: [] };
  for (const period of PERIODS) {
    const { kind, amount } = draft[period];
    if (kind === was[period].kind && (kind !== "amount" || amount === was[period].amount)) continue;
    if (kind === "settings") body.reset.push(period);
    else body[period] = kind === "none" ? null : Number(amount);
  }
  return body;
}
