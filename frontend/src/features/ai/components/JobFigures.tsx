import { formatTokens, formatUsd } from "../../../lib/amounts";
import { estimateWords } from "../../jobs/estimate-words";
import type { FullJob } from "../../jobs/job-types";
import { providerWait } from "../../jobs/provider-wait";
import { strings } from "../strings";
import classes from "./JobCard.module.css";

/** Below what a job does: why it waits and how long it will probably take; once it has ended, what it took. */
export function JobFigures({ job, now }: { job: FullJob | undefined; now: number }) {
  if (!job) return null;
  const lines = [pausedWords(job), providerWait(job), estimateWords(job, now), tookWords(job)].filter(
    (line) => line !== null,
  );
  return lines.map((line) => (
    <p key={line} className={classes.figures}>
      {line}
    </p>
  ));
}

/** No worker will take it, however long it waits. */
function pausedWords(job: FullJob): string | null {
  if (job.status !== "queued" || !("waiting_for" in job)) return null;
  return job.waiting_for.find(({ cause }) => cause === "paused")?.message ?? null;
}

function tookWords({ cost }: FullJob): string | null {
  const tokens = cost ? cost.tokens_in + cost.tokens_out : 0;
  if (!cost || (tokens === 0 && cost.usd === 0)) return null; // calls that were refused
  return strings.job.took(formatTokens(tokens), formatUsd(cost.usd));
}
