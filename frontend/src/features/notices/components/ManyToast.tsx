import { Button } from "@mantine/core";
import { Link } from "react-router";

import { ProgressBar } from "../../../components/ui/ProgressBar";
import { StatusBadge } from "../../../components/ui/StatusBadge";
import type { ManyJobs } from "../core/job-toasts";
import { strings } from "../strings";
import { ToastCard } from "./ToastCard";
import classes from "./Toaster.module.css";

const words = strings.toasts;

/** A burst of jobs as one line: how many have ended, and how. */
export function ManyToast({ jobs, onClose }: { jobs: ManyJobs; onClose: () => void }) {
  const ended = jobs.completed + jobs.failed + jobs.cancelled;
  const left = jobs.total - ended;
  const percent = (100 * ended) / jobs.total;
  const state = words.manyState(left, jobs.failed, jobs.cancelled);
  const status = left > 0 ? "processing" : jobs.failed > 0 ? "failed" : "completed";
  return (
    <ToastCard
      head={<StatusBadge status={status} progress={percent} />}
      closeLabel={words.close}
      onClose={onClose}
      message={state}
      announcement={left === 0 ? `${words.many(jobs.total)}: ${state}` : null}
      actions={
        <Button component={Link} to="/jobs" size="compact-sm" variant="light" onClick={onClose}>
          {words.openJobs}
        </Button>
      }
    >
      <p className={classes.title}>{words.many(jobs.total)}</p>
      <ProgressBar value={percent} status={status} label={words.many(jobs.total)} />
    </ToastCard>
  );
}
