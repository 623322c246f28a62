import { Button } from "@mantine/core";
import { memo } from "react";
import { Link, useLocation } from "react-router";

import { ProgressBar } from "../../../components/ui/ProgressBar";
import { StatusBadge } from "../../../components/ui/StatusBadge";
import { formatDateTime, formatRelative } from "../../../lib/format";
import { jobSentence, sentenceText } from "../job-sentence";
import { isFinished, shownStatus, type Job } from "../job-types";
import { strings } from "../strings";
import { useCancelWithNotice } from "../use-cancel-with-notice";
import classes from "./JobList.module.css";

/** One job as a sentence, with its bar while it runs and its age when it is over. */
export const JobRow = memo(function JobRow({ job, now }: { job: Job; now: number }) {
  const sentence = jobSentence(job, now);
  const { search } = useLocation();
  return (
    <li className={classes.row} data-job={job.job_id} data-status={job.status}>
      <StatusBadge status={shownStatus(job)} progress={job.progress} />
      <Link to={{ pathname: `/jobs/${job.job_id}`, search }} className={classes.sentence} data-row>
        <b>{sentence.what}</b>
        {sentence.about && (
          <>
            {" · "}
            <q>{sentence.about}</q>
          </>
        )}
        {` · ${sentence.state}`}
      </Link>
      {isFinished(job.status) ? (
        <Age at={job.completed_at ?? job.created_at} now={now} />
      ) : (
        <>
          <div className={classes.bar}>
            <ProgressBar value={job.progress} status={shownStatus(job)} label={sentence.what} />
          </div>
          <CancelButton job={job} label={sentenceText(sentence)} />
        </>
      )}
    </li>
  );
});

function Age({ at, now }: { at: string; now: number }) {
  return (
    <time className={classes.age} dateTime={at} title={formatDateTime(at)}>
      {formatRelative(at, now)}
    </time>
  );
}

function CancelButton({ job, label }: { job: Job; label: string }) {
  const cancel = useCancelWithNotice();
  return (
    <Button
      className={classes.action}
      size="compact-sm"
      variant="default"
      disabled={job.cancel_requested}
      aria-label={strings.cancelNamed(label)}
      onClick={() => cancel(job.job_id)}
    >
      {strings.cancel}
    </Button>
  );
}
