import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "../../lib/api-client";
import type { components } from "../../lib/api-schema";
import { pages } from "./usage-queries";

type Schemas = components["schemas"];
export type StaffUsage = Schemas["StaffUsage"];
export type Payer = Schemas["Payer"];
export type PayerAccount = Schemas["PayerAccount"];
export type StaffEntry = Schemas["StaffEntry"];
export type NewPlan = Schemas["NewPlan"];
export type NewBudgets = Schemas["NewBudgets"];
export type Needs = NonNullable<PayerFilter["needs"]>;

export interface PayerFilter {
  q?: string;
  needs?: "low_credit" | "ended_plan" | "used_budget" | "own_budget";
}

const ALL = ["staff", "billing"] as const;
const LOOK_EVERY_MS = 30_000;
const SUM_UP_EVERY_MS = 120_000; // reads every call of the month
const DAYS = 30;

export const installationQuery = queryOptions({
  queryKey: [...ALL, "usage"],
  queryFn: () => unwrap(api.GET("/api/staff/usage", { params: { query: { days: DAYS } } })),
  refetchInterval: SUM_UP_EVERY_MS,
});

export function payersQuery(filter: PayerFilter) {
  return pages([...ALL, "people", filter], (query) =>
    unwrap(api.GET("/api/staff/credits", { params: { query: { ...filter, ...query } } })),
  );
}

export function payerQuery(userId: string) {
  return queryOptions({
    queryKey: [...ALL, "person", userId],
    queryFn: () => unwrap(api.GET("/api/staff/credits/{user_id}", { params: { path: { user_id: userId } } })),
    refetchInterval: LOOK_EVERY_MS,
  });
}

export function payerEntriesQuery(userId: string) {
  return pages([...ALL, "person", userId, "entries"], (query) =>
    unwrap(api.GET("/api/staff/credits/{user_id}/entries", { params: { path: { user_id: userId }, query } })),
  );
}

/** After whatever staff have changed everything of theirs is looked at again, and what they see of themselves. */
function useRefresh() {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ["staff"] }),
      client.invalidateQueries({ queryKey: ["usage"] }),
    ]);
}

export interface Grant {
  tokens: number;
  note: string;
}

/** Gives tokens. One form grants a number once, however often it is sent: `key` is the form's. */
export function useGrant(userId: string, key: string) {
  return useMutation({
    mutationFn: (grant: Grant) =>
      unwrap(
        api.POST("/api/staff/credits", {
          params: { header: { "Idempotency-Key": `${key}-${grant.tokens}` } },
          body: { user_id: userId, ...grant },
        }),
      ),
    onSuccess: useRefresh(),
  });
}

/** Gives a plan; null takes it away. */
export function useChangePlan(userId: string) {
  const params = { path: { user_id: userId } };
  return useMutation({
    mutationFn: async (plan: NewPlan | null) => {
      if (plan) await unwrap(api.PUT("/api/staff/plans/{user_id}", { params, body: plan }));
      else await unwrap(api.DELETE("/api/staff/plans/{user_id}", { params }));
    },
    onSuccess: useRefresh(),
  });
}

/** Sets budgets of a person, or, with null, of the installation. */
export function useChangeBudgets(userId: string | null) {
  return useMutation({
    mutationFn: (budgets: Omit<NewBudgets, "user_id">) =>
      unwrap(api.PUT("/api/staff/budgets", { body: { user_id: userId, ...budgets } })),
    onSuccess: useRefresh(),
  });
}
