import { Checkbox } from "@mantine/core";
import { memo, type MouseEvent } from "react";
import { Link, useLocation } from "react-router";

import { ProgressBar } from "../../../components/ui/ProgressBar";
import { StatusBadge } from "../../../components/ui/StatusBadge";
import { formatDateTime, formatRelative } from "../../../lib/format";
import { jobSentence } from "../job-sentence";
import { isFinished, isGroup, shownStatus, type Job } from "../job-types";
import { OVER_LIST } from "../over-list";
import { strings } from "../strings";
import { GroupToggle } from "./GroupToggle";
import classes from "./JobList.module.css";
import { JobRowActions } from "./JobRowActions";
import { JobTraits } from "./JobTraits";

interface JobRowProps {
  job: Job;
  now: number;
  selected: boolean;
  /** Left out where rows cannot be chosen. */
  onSelect?: (id: string, range: boolean) => void;
  /** Of a group: whether its jobs are shown below it. */
  open?: boolean;
  onToggle?: (id: string) => void;
}

/** One job as a sentence, with its bar while it runs, its age when it is over, and what can be done. */
export const JobRow = memo(function JobRow(props: JobRowProps) {
  const { job, now, selected, onSelect, open = false, onToggle } = props;
  const sentence = jobSentence(job, now);
  const name = [sentence.what, sentence.about].filter(Boolean).join(" ");
  const { search } = useLocation();
  const select = (event: MouseEvent<HTMLInputElement>) => onSelect?.(job.job_id, event.shiftKey);
  return (
    <div className={classes.row} data-selected={selected || undefined}>
      {onSelect && (
        <Checkbox
          className={classes.select}
          size="xs"
          checked={selected}
          onClick={select}
          onChange={() => undefined}
          aria-label={strings.selection.row(name)}
        />
      )}
      <span className={classes.status}>
        <StatusBadge status={shownStatus(job)} progress={job.progress} />
      </span>
      <div className={classes.words}>
        <Link
          to={{ pathname: `/jobs/${job.job_id}`, search }}
          state={OVER_LIST}
          className={classes.sentence}
          data-row
        >
          <b>{sentence.what}</b>
          {sentence.about && (
            <>
              {" · "}
              <q>{sentence.about}</q>
            </>
          )}
          {` · ${sentence.state}`}
        </Link>
        {isGroup(job) && onToggle && <GroupToggle job={job} name={name} open={open} onToggle={onToggle} />}
        <JobTraits job={job} />
      </div>
      {job.status === "processing" || (isGroup(job) && !isFinished(job.status)) ? (
        <div className={classes.bar}>
          <ProgressBar value={job.progress} status={shownStatus(job)} label={name} />
        </div>
      ) : (
        <Age at={job.completed_at ?? job.created_at} now={now} />
      )}
      <JobRowActions job={job} name={name} />
    </div>
  );
});

function Age({ at, now }: { at: string; now: number }) {
  return (
    <time className={classes.age} dateTime={at} title={formatDateTime(at)}>
      {formatRelative(at, Math.max(now, Date.parse(at)))}
    </time>
  );
}
