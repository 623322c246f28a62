import { Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

import { formatDateTime } from "../../../lib/format";
import { formatTokens } from "../../../lib/amounts";
import { strings } from "../strings";
import type { Account } from "../usage-queries";
import classes from "./AccountFigures.module.css";
import { BudgetLine } from "./BudgetLine";

type Voice = (typeof strings.voices)[keyof typeof strings.voices];

interface AccountFiguresProps {
  usage: Account;
  /** Said to the one whose it is, or to staff. */
  whose?: keyof typeof strings.voices;
}

/** Credit and plan, or that nobody is charged; and the budgets, which hold either way. */
export function AccountFigures({ usage, whose = "own" }: AccountFiguresProps) {
  const voice = strings.voices[whose];
  return (
    <div className={classes.figures}>
      {usage.billing && (
        <>
          <Credit balance={usage.balance ?? 0} reserved={usage.reserved} voice={voice} />
          <PlanFigure plan={usage.plan} voice={voice} />
        </>
      )}
      {!usage.billing && whose === "own" && <Figure title={strings.free.title} hint={strings.free.text} />}
      <Figure title={voice.budgets} hint={voice.budgetsHint}>
        {usage.budgets.map((budget) => (
          <BudgetLine key={budget.period} budget={budget} staff={whose === "theirs"} />
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

interface CreditProps {
  balance: number;
  reserved: number;
  voice: Voice;
}

function Credit({ balance, reserved, voice }: CreditProps) {
  const words = strings.credit;
  const left = balance > 0 ? voice.creditHint : voice.creditEmpty;
  const hint = reserved > 0 ? words.reserved(formatTokens(reserved)) : left;
  return <Figure title={words.title} value={words.left(formatTokens(balance))} hint={hint} />;
}

function PlanFigure({ plan, voice }: { plan: Account["plan"]; voice: Voice }) {
  const words = strings.plan;
  if (!plan) return <Figure title={words.title} value={words.none} hint={voice.noPlan} />;
  const end = plan.ends_at === null ? null : formatDateTime(plan.ends_at);
  const until = end === null ? words.endless : plan.expired ? words.ended(end) : words.until(end);
  return <Figure title={words.title} value={plan.name} hint={until + words.renewal[plan.renewal]} />;
}
