import { Progress, Text } from "@mantine/core";

import { formatUsd } from "../../../lib/amounts";
import { formatDateTime } from "../../../lib/format";
import { strings } from "../strings";
import type { BudgetState } from "../usage-queries";
import classes from "./BudgetLine.module.css";

const words = strings.budget;
const MUCH = 0.8; // from which the one it binds is told, too

interface BudgetLineProps {
  budget: BudgetState;
  /** In a row of a table: without the words around it. */
  brief?: boolean;
  /** To staff: whether they have set it. */
  staff?: boolean;
}

/** What of a day's or month's budget is spent, and when it begins anew. */
export function BudgetLine({ budget, brief = false, staff = false }: BudgetLineProps) {
  const { amount, share, spent } = budget;
  const usedUp = share !== null && share >= 1;
  const said =
    amount === null ? words.unlimited(formatUsd(spent)) : words.of(formatUsd(spent), formatUsd(amount));
  const resets = formatDateTime(budget.resets_at);
  const full = usedUp ? words.usedUp(resets) : words.resets(resets);
  const notes = [
    ...(brief ? (usedUp ? [words.gone] : []) : [full]),
    ...(staff && budget.set_by_staff ? [strings.staff.person.own] : []),
  ];
  return (
    <div className={classes.budget}>
      <div className={classes.line}>
        {!brief && <span>{words[budget.period]}</span>}
        <span>{said}</span>
      </div>
      {share !== null && (
        <Progress
          value={Math.min(100, 100 * share)}
          color={usedUp ? "red" : share >= MUCH ? "yellow" : undefined}
          aria-label={`${words[budget.period]}: ${said}`}
        />
      )}
      {notes.length > 0 && (
        <Text size="xs" c={usedUp ? "var(--cc-status-failed)" : "dimmed"}>
          {notes.join(brief ? " · " : " ")}
        </Text>
      )}
    </div>
  );
}
