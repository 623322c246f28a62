import { Anchor } from "@mantine/core";
import { Link } from "react-router";

import table from "../../../components/ui/Table.module.css";
import { formatTokens } from "../../../lib/amounts";
import { formatDateTime } from "../../../lib/format";
import type { StaffEntry } from "../staff-queries";
import { strings } from "../strings";
import type { Entry } from "../usage-queries";

const words = strings.entries;

/** What changed a balance; to staff also what it came to, and who granted it. */
export function EntryTable({ entries }: { entries: readonly (Entry | StaffEntry)[] }) {
  const withBalance = entries.some((entry) => "balance" in entry);
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">{words.what}</th>
          <th scope="col">{words.when}</th>
          <th scope="col" className={table.number}>
            {words.amount}
          </th>
          {withBalance && (
            <th scope="col" className={table.number}>
              {words.balance}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Row key={entry.id} entry={entry} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ entry }: { entry: Entry | StaffEntry }) {
  const kind = words.kind[entry.kind];
  return (
    <tr>
      <td data-label={words.what}>
        {entry.job_id ? (
          <Anchor component={Link} to={`/jobs/${entry.job_id}`} inherit>
            {kind}
          </Anchor>
        ) : (
          kind
        )}
        {"actor_name" in entry && entry.actor_name && (
          <span className={table.sub}>{words.by(entry.actor_name)}</span>
        )}
        {entry.note && <span className={table.sub}>{entry.note}</span>}
      </td>
      <td data-label={words.when}>{formatDateTime(entry.at)}</td>
      <td data-label={words.amount} className={table.number}>
        {entry.amount > 0 && "+"}
        {formatTokens(entry.amount)}
      </td>
      {"balance" in entry && (
        <td data-label={words.balance} className={table.number}>
          {formatTokens(entry.balance)}
        </td>
      )}
    </tr>
  );
}
