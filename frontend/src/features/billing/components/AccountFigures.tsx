import { Progress, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

import { formatDateTime } from "../../../lib/format";
import { formatTokens, formatUsd } from "../../../lib/amounts";
import { strings } from "../strings";
import type { Usage } from "../usage-queries";
import classes from "./AccountFigures.module.css";

type BudgetState = Usage["budgets"][number];

/** Credit and plan, or that it is free; and the budgets, which hold either way. */
export function AccountFigures({ usage }: { usage: Usage }) {
  return (
    <div className={classes.figures}>
      {usage.billing ? (
        <>
          <Credit balance={usage.balance ?? 0} reserved={usage.reserved} />
          <PlanFigure plan={usage.plan} />
        </>
      ) : (
        <Figure title={strings.free.title} hint={strings.free.text} />
      )}
      <Figure title={strings.budget.title}>
        {usage.budgets.map((budget) => (
          <Budget key={budget.period} budget={budget} />
        ))}
      </Figure>
    </div>
  );
}

interface FigureProps {
  title: string;
  value?: string;
  hint?: string;
  children?: ReactNode;
}

function Figure({ title, value, hint, children }: FigureProps) {
  return (
    <section className={classes.figure}>
      <Title order={2} size="h5">
        {title}
      </Title>
      {value !== undefined && <p className={classes.value}>{value}</p>}
      {hint && (
        <Text size="sm" c="dimmed">
          {hint}
        </Text>
      )}
      {children}
    </section>
  );
}

function Credit({ balance, reserved }: { balance: number; reserved: number }) {
  const words = strings.credit;
  const hint = reserved > 0 ? words.reserved(formatTokens(reserved)) : balance > 0 ? words.hint : words.empty;
  return <Figure title={words.title} value={words.left(formatTokens(balance))} hint={hint} />;
}

function PlanFigure({ plan }: { plan: Usage["plan"] }) {
  const words = strings.plan;
  if (!plan) return <Figure title={words.title} value={words.none} hint={words.noneHint} />;
  const end = plan.ends_at === null ? null : formatDateTime(plan.ends_at);
  const until = end === null ? words.endless : plan.expired ? words.ended(end) : words.until(end);
  return <Figure title={words.title} value={plan.name} hint={until + words.renewal[plan.renewal]} />;
}

function Budget({ budget }: { budget: BudgetState }) {
  const words = strings.budget;
  const { amount, spent } = budget;
  const usedUp = amount !== null && spent >= amount;
  const resets = formatDateTime(budget.resets_at);
  return (
    <div className={classes.budget}>
      <div className={classes.line}>
        <span>{words[budget.period]}</span>
        <span>
          {amount === null
            ? words.unlimited(formatUsd(spent))
            : words.of(formatUsd(spent), formatUsd(amount))}
        </span>
      </div>
      {amount !== null && (
        <Progress
          value={amount > 0 ? Math.min(100, (100 * spent) / amount) : 100}
          color={usedUp ? "red" : undefined}
          aria-label={`${words[budget.period]}: ${words.of(formatUsd(spent), formatUsd(amount))}`}
        />
      )}
      <Text size="xs" c="dimmed">
        {usedUp ? words.usedUp(resets) : words.resets(resets)}
      </Text>
    </div>
  );
}
