import { Link } from "react-router";

import table from "../../../../components/ui/Table.module.css";
import { formatTokens, formatUsd } from "../../../../lib/amounts";
import { formatDateTime } from "../../../../lib/format";
import type { Payer } from "../../staff-queries";
import { strings } from "../../strings";
import { BudgetLine } from "../BudgetLine";
import classes from "./Billing.module.css";

const words = strings.staff.people;

/** Somebody, whose credit history is one click away. */
export function PayerRow({ person, billing }: { person: Payer; billing: boolean }) {
  const { month, reserved } = person;
  return (
    <tr data-person={person.user_id}>
      <td data-label={words.name}>
        <Link to={`?person=${person.user_id}`}>{person.name}</Link>
        <span className={table.sub}>{person.email ?? words.guest}</span>
        {person.suspended && <span className={`${table.sub} ${table.bad}`}>{words.suspended}</span>}
      </td>
      {billing && (
        <>
          <td data-label={words.plan}>
            <PlanWords plan={person.plan} />
          </td>
          <td data-label={words.balance} className={table.number}>
            {formatTokens(person.balance ?? 0)}
            {reserved > 0 && <span className={table.sub}>{words.reserved(formatTokens(reserved))}</span>}
          </td>
        </>
      )}
      <td
        data-label={words.month}
        className={table.number}
        title={words.monthOf(formatTokens(month.tokens_in + month.tokens_out), formatTokens(month.calls))}
      >
        {formatUsd(month.usd)}
        <span className={table.sub}>
          {formatTokens(month.tokens_in + month.tokens_out)} {strings.byType.tokens.toLowerCase()}
        </span>
      </td>
      {person.budgets.map((budget) => (
        <td key={budget.period} data-label={budget.period === "day" ? words.today : words.thisMonth}>
          <div className={classes.budget}>
            <BudgetLine budget={budget} brief staff />
          </div>
        </td>
      ))}
    </tr>
  );
}

function PlanWords({ plan }: { plan: Payer["plan"] }) {
  if (!plan) return words.none;
  const end = plan.ends_at === null ? null : formatDateTime(plan.ends_at);
  const then = plan.expired ? words.ended : plan.renewal === "none" ? words.until : words.renews;
  return (
    <>
      {plan.name}
      {end !== null && (
        <span className={plan.expired ? `${table.sub} ${table.bad}` : table.sub}>{then(end)}</span>
      )}
    </>
  );
}
