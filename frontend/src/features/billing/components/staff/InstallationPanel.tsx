import { Button, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { Panel } from "../../../../components/ui/Panel";
import { formatTokens, formatUsd } from "../../../../lib/amounts";
import type { StaffUsage } from "../../staff-queries";
import { strings } from "../../strings";
import { BudgetLine } from "../BudgetLine";
import { BudgetsForm } from "./BudgetsForm";
import classes from "./Billing.module.css";

const words = strings.staff.installation;
const SHOWN = 5;

/** What all have used together, what they may, and who has used most. */
export function InstallationPanel({ usage, canAct }: { usage: StaffUsage; canAct: boolean }) {
  const [open, form] = useDisclosure(false);
  const { total } = usage;
  return (
    <Panel title={words.title}>
      <div className={classes.parts}>
        <Part title={words.budgets}>
          {usage.budgets.map((budget) => (
            <BudgetLine key={budget.period} budget={budget} staff />
          ))}
          {canAct && (
            <Button size="compact-sm" variant="default" onClick={form.open}>
              {words.change}
            </Button>
          )}
        </Part>
        <Part title={words.used}>
          <p className={classes.value}>{formatUsd(total.usd)}</p>
          <Text size="sm" c="dimmed">
            {words.sums(formatTokens(total.calls), formatTokens(total.tokens_in + total.tokens_out))}
          </Text>
          {total.saved_usd > 0 && (
            <Text size="sm" c="dimmed">
              {strings.saved(formatUsd(total.saved_usd))}
            </Text>
          )}
        </Part>
        <Part title={words.most}>
          <Most people={usage.by_person.slice(0, SHOWN)} />
        </Part>
      </div>
      <BudgetsForm
        opened={open}
        userId={null}
        name={strings.staff.budgetForm.all}
        budgets={usage.budgets}
        onClose={form.close}
      />
    </Panel>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={classes.part}>
      <Title order={3} size="h6">
        {title}
      </Title>
      {children}
    </div>
  );
}

function Most({ people }: { people: StaffUsage["by_person"] }) {
  if (people.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {words.nobody}
      </Text>
    );
  }
  return (
    <ol className={classes.most}>
      {people.map(({ user_id, name, usd, tokens_in, tokens_out }) => (
        <li key={user_id}>
          {user_id ? <Link to={`?person=${user_id}`}>{name}</Link> : <span>{words.gone}</span>}
          <span title={`${formatTokens(tokens_in + tokens_out)} ${strings.byType.tokens}`}>
            {formatUsd(usd)}
          </span>
        </li>
      ))}
    </ol>
  );
}
