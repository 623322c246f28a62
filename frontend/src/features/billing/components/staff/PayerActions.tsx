import { Button, Group } from "@mantine/core";
import { useState } from "react";

import type { PayerAccount } from "../../staff-queries";
import { strings } from "../../strings";
import { BudgetsForm } from "./BudgetsForm";
import { GrantForm } from "./GrantForm";
import { PlanForm } from "./PlanForm";

const words = strings.staff.person;
type Act = "grant" | "plan" | "budgets";

/** What full staff do about somebody's credit. Each opens a form of its own. */
export function PayerActions({ person }: { person: PayerAccount }) {
  const [act, setAct] = useState<Act | null>(null);
  const acts: readonly Act[] = person.billing ? ["grant", "plan", "budgets"] : ["budgets"];
  const form = (name: Act) => ({ opened: act === name, onClose: () => setAct(null) });
  return (
    <>
      <Group gap="xs">
        {acts.map((name) => (
          <Button key={name} size="compact-sm" variant="default" onClick={() => setAct(name)}>
            {words[name]}
          </Button>
        ))}
      </Group>
      <GrantForm {...form("grant")} person={person} />
      <PlanForm {...form("plan")} person={person} />
      <BudgetsForm {...form("budgets")} userId={person.user_id} name={person.name} budgets={person.budgets} />
    </>
  );
}
