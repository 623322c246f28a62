import { Title } from "@mantine/core";
import { Link } from "react-router";

import { formatClockWithSeconds } from "../../../lib/format";
import { estimateWords } from "../estimate-words";
import type { FullJob, WaitingFor } from "../job-types";
import { providerWait } from "../provider-wait";
import { strings } from "../strings";
import classes from "./JobDetail.module.css";

/** The server's sentences, each with the jobs that it is about, and when it will probably be over. */
export function WhyItWaits({ job, now }: { job: FullJob; now: number }) {
  const words = estimateWords(job, now);
  if (job.waiting_for.length === 0 && !words) return null;
  return (
    <section>
      {job.status === "queued" && <Title order={3}>{strings.detail.whyWaits}</Title>}
      <ul className={classes.causes}>
        {job.waiting_for.map((cause, place) => (
          <li key={place}>
            {cause.cause === "provider" ? providerWait(job) : cause.message}
            {cause.until &&
              cause.cause !== "provider" &&
              ` (${strings.detail.until(formatClockWithSeconds(cause.until))})`}
            <Others cause={cause} />
          </li>
        ))}
        {words && (
          <li title={job.estimate?.basis}>
            {words}
            {job.estimate?.position_reason && ` ${job.estimate.position_reason}`}
          </li>
        )}
      </ul>
    </section>
  );
}

function Others({ cause }: { cause: WaitingFor }) {
  const ids = cause.job_ids ?? [];
  if (ids.length === 0) return null;
  return (
    <span className={classes.others}>
      {ids.map((id, place) => (
        <Link key={id} to={`/jobs/${id}`}>
          {strings.detail.otherJob(place + 1)}
        </Link>
      ))}
    </span>
  );
}
