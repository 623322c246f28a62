import { Link } from "react-router";

import { formatDuration, formatRelative } from "../../../lib/format";
import { secondsPair } from "../seconds";
import type { StaffQueue } from "../staff-types";
import { strings } from "../strings";
import { SteerQueue } from "./SteerQueue";
import classes from "../../../components/ui/Table.module.css";

const words = strings.queues;

/** One queue: what waits, since when, how fast it goes, and, for full staff, the switch. */
export function QueueRow({ queue, now, canAct }: { queue: StaffQueue; now: number; canAct: boolean }) {
  const later = words.later(queue.delayed, queue.blocked);
  return (
    <tr data-queue={queue.name}>
      <td data-label={words.name}>
        <Link to={`/jobs?queue=${encodeURIComponent(queue.name)}`}>{queue.name}</Link>
        {queue.paused && (
          <span className={`${classes.sub} ${classes.warn}`}>
            {`${words.paused}: `}
            {words.pausedSince(queue.paused_at ? formatRelative(queue.paused_at, now) : "", queue.reason)}
          </span>
        )}
      </td>
      <td data-label={words.waiting} className={classes.number}>
        <span>{strings.number(queue.ready)}</span>
        {later && <span className={classes.sub}>{later}</span>}
      </td>
      <td data-label={words.oldest}>
        {queue.oldest ? formatDuration(now - Date.parse(queue.oldest)) : strings.none}
      </td>
      <td data-label={words.running} className={classes.number}>
        {strings.number(queue.running)}
      </td>
      <td data-label={words.wait}>{secondsPair(queue.wait_p50, queue.wait_p95)}</td>
      <td data-label={words.rate} className={classes.number}>
        <span>{strings.number(queue.ended)}</span>
        {queue.failed > 0 && (
          <span className={`${classes.sub} ${classes.bad}`}>{words.failed(queue.failed)}</span>
        )}
      </td>
      <td data-label={words.workers} className={queue.workers === 0 ? classes.warn : undefined}>
        {words.threads(queue.workers, queue.threads)}
      </td>
      {canAct && (
        <td className={classes.act}>
          <SteerQueue queue={queue} />
        </td>
      )}
    </tr>
  );
}
