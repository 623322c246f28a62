import { IconBroadcast, IconHeartbeat, IconHeartOff, IconPower, IconRefresh } from "@tabler/icons-react";
import { Link } from "react-router";

import { ProgressBar } from "../../../components/ui/ProgressBar";
import { formatDateTime, formatDuration, formatRelative } from "../../../lib/format";
import { typeName } from "../../jobs/names";
import type { Run, Worker } from "../staff-types";
import { strings } from "../strings";
import { Panel } from "../../../components/ui/Panel";
import classes from "./WorkerPanel.module.css";

const words = strings.workers;
const STATE_ICONS = { live: IconHeartbeat, silent: IconHeartOff, stopped: IconPower } as const;
const glyph = { size: 16, stroke: 1.75, "aria-hidden": true } as const;

/** A worker process: whether it lives, how it hears of work, and its running jobs with their bars. */
export function WorkerPanel({ worker, now }: { worker: Worker; now: number }) {
  const State = STATE_ICONS[worker.state];
  const Mode = worker.mode === "listening" ? IconBroadcast : IconRefresh;
  return (
    <Panel
      title={worker.name}
      tools={
        <span className={classes.state} data-state={worker.state}>
          <State {...glyph} />
          {words.state[worker.state]}
        </span>
      }
    >
      <ul className={classes.facts}>
        <li data-warn={worker.mode === "polling" || undefined}>
          <Mode {...glyph} /> {words.mode[worker.mode]}
        </li>
        <li>{worker.queues?.join(", ") ?? words.allQueues}</li>
        <li>{words.busy(worker.busy, worker.concurrency)}</li>
        <li title={formatDateTime(worker.started_at)}>
          {words.since(formatDuration(now - Date.parse(worker.started_at)))}
        </li>
        {worker.state !== "live" && <li data-warn>{words.beat(formatRelative(worker.heartbeat_at, now))}</li>}
        {worker.abandoned > 0 && <li data-warn>{words.abandoned(worker.abandoned)}</li>}
      </ul>
      {worker.runs.length === 0 ? (
        <p className={classes.idle}>{worker.state === "live" ? words.idle : words.gone[worker.state]}</p>
      ) : (
        <ul className={classes.runs}>
          {worker.runs.map((run) => (
            <RunRow key={run.job_id} run={run} now={now} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function RunRow({ run, now }: { run: Run; now: number }) {
  const title = run.summary ?? typeName(run.job_type);
  return (
    <li className={classes.run} data-job={run.job_id}>
      <div className={classes.what}>
        <Link to={`/jobs/${run.job_id}`}>{title}</Link>
        <span className={classes.whose}>
          {[
            run.queue,
            ...(run.user_name ? [words.of(run.user_name)] : []),
            ...(run.message ? [run.message] : []),
          ].join(" · ")}
        </span>
      </div>
      <ProgressBar value={run.progress} status="processing" label={title} />
      <span className={classes.time}>
        {run.started_at && words.runningFor(formatDuration(now - Date.parse(run.started_at)))}
      </span>
    </li>
  );
}
