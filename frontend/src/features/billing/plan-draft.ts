import type { NewPlan, PayerAccount } from "./staff-queries";

type Plan = PayerAccount["plan"];
type Renewal = NonNullable<Plan>["renewal"];

/** What stands in the form of a plan. `lastDay` is YYYY-MM-DD of UTC, as plans and budgets are; empty: no end. */
export interface PlanDraft {
  name: string;
  lastDay: string;
  renewal: Renewal;
}

export function planDraftOf(plan: Plan): PlanDraft {
  if (!plan) return { name: "", lastDay: "", renewal: "none" };
  return {
    name: plan.name,
    // An end at midnight is the end of the day before.
    lastDay: plan.ends_at === null ? "" : dayOf(Date.parse(plan.ends_at) - 1),
    renewal: plan.renewal,
  };
}

/** As the API takes it. An end that was not touched stays as exact as it was, and so does the beginning. */
export function planBodyOf(draft: PlanDraft, before: Plan): NewPlan {
  const kept = before !== null && draft.lastDay === planDraftOf(before).lastDay;
  const ends = draft.lastDay === "" ? null : midnightAfter(draft.lastDay);
  const ends_at = kept ? before.ends_at : ends;
  const starts = before?.starts_at ?? null;
  const stays = starts !== null && (ends_at === null || Date.parse(starts) < Date.parse(ends_at));
  return {
    name: draft.name.trim(),
    renewal: draft.renewal,
    ends_at,
    ...(stays && { starts_at: starts }),
  };
}

function midnightAfter(day: string): string {
  const midnight = new Date(`${day}T00:00:00Z`);
  midnight.setUTCDate(midnight.getUTCDate() + 1);
  return midnight.toISOString();
}

function dayOf(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}
