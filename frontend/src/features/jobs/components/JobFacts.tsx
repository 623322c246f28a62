import { formatClockWithSeconds, formatDateTime, formatDuration } from "../../../lib/format";
import { costRow } from "../job-cost";
import type { Job } from "../job-types";
import { strings } from "../strings";
import classes from "./JobDetail.module.css";

export function JobFacts({ job, now }: { job: Job; now: number }) {
  return (
    <dl className={classes.facts}>
      {facts(job, now).map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function facts(job: Job, now: number): [string, string][] {
  const words = strings.detail.facts;
  const created = Date.parse(job.created_at);
  const started = job.started_at ? Date.parse(job.started_at) : null;
  const ended = job.completed_at ? Date.parse(job.completed_at) : null;
  const rows: [string, string][] = [[words.created, formatDateTime(job.created_at)]];
  rows.push([words.waited, formatDuration((started ?? ended ?? now) - created)]);
  if (started !== null) {
    rows.push([ended === null ? words.running : words.took, formatDuration((ended ?? now) - started)]);
  }
  if (job.status === "cancelled" && job.completed_at) {
    rows.push([words.stopped, formatClockWithSeconds(job.completed_at)]);
  }
  if (job.attempt > 0) rows.push([words.attempt, strings.detail.attemptOf(job.attempt, job.max_attempts)]);
  rows.push([words.priority, strings.priority[job.priority]], [words.queue, job.queue]);
  if (job.user_name) rows.push([words.person, job.user_name]);
  if (job.tags.length > 0) rows.push([words.tags, job.tags.join(", ")]);
  rows.push(...costRow(job));
  return rows;
}
