import { UnstyledButton } from "@mantine/core";
import { Link } from "react-router";

import { formatDateTime } from "../../../lib/format";
import { auditDetails, auditSentence } from "../audit-words";
import type { AuditEntry } from "../staff-types";
import { strings } from "../strings";
import classes from "../../../components/ui/Table.module.css";

const words = strings.audit;
const SHOWN = 3; // targets in a row
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface AuditTableProps {
  entries: readonly AuditEntry[];
  onActor: (actorId: string) => void;
}

export function AuditTable({ entries, onActor }: AuditTableProps) {
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{words.when}</th>
          <th scope="col">{words.who}</th>
          <th scope="col">{words.what}</th>
          <th scope="col">{words.target}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.id}>
            <td data-label={words.when}>
              <time dateTime={entry.at}>{formatDateTime(entry.at)}</time>
            </td>
            <td data-label={words.who}>
              <Who entry={entry} onActor={onActor} />
            </td>
            <td data-label={words.what}>
              <span title={entry.action}>{auditSentence(entry)}</span>
              <span className={classes.sub}>{auditDetails(entry)}</span>
            </td>
            <td data-label={words.target}>
              <Targets entry={entry} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Who({ entry, onActor }: { entry: AuditEntry; onActor: (actorId: string) => void }) {
  const { actor_id, actor_name, via } = entry;
  return (
    <>
      {actor_id ? (
        <UnstyledButton
          fz="inherit"
          td="underline"
          title={words.onlyOf(actor_name)}
          onClick={() => onActor(actor_id)}
        >
          {actor_name}
        </UnstyledButton>
      ) : (
        <span>{actor_name}</span>
      )}
      <span className={classes.sub}>{words.vias[via]}</span>
    </>
  );
}

function Targets({ entry }: { entry: AuditEntry }) {
  const more = entry.target_count - SHOWN;
  return (
    <span>
      {entry.targets.slice(0, SHOWN).map((target) => (
        <span key={target} className={classes.sub}>
          <Target type={entry.target_type} id={target} />
        </span>
      ))}
      {more > 0 && <span className={classes.sub}>{words.and(more)}</span>}
    </span>
  );
}

/** A name as it is; of an id its end, which tells two apart, with a way to it where there is one. */
function Target({ type, id }: { type: string; id: string }) {
  if (!UUID.test(id)) return id;
  const short = `…${id.slice(-8)}`;
  if (type === "job") {
    return (
      <Link to={`/jobs/${id}`} title={id}>
        {words.job(short)}
      </Link>
    );
  }
  if (type === "user" || type === "budget") {
    return (
      <Link to={`/staff/billing?person=${id}`} title={id}>
        {short}
      </Link>
    );
  }
  return <span title={id}>{short}</span>;
}
