import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Link } from "react-router";

import { ProgressBar } from "../../../components/ui/ProgressBar";
import { StatusBadge } from "../../../components/ui/StatusBadge";
import { asProblem } from "../../../lib/api-problem";
import { useCancelJob } from "../../jobs/job-queries";
import type { ToastJob } from "../core/job-toasts";
import { addressOf, kindOf } from "../notice-words";
import { strings } from "../strings";
import { ToastCard } from "./ToastCard";
import classes from "./Toaster.module.css";

const words = strings.toasts;

interface JobToastProps {
  job: ToastJob;
  /** Nothing that waits can start. */
  noWorker: boolean;
  onClose: () => void;
}

/** One job from its queue to its end, in the same place. */
export function JobToast({ job, noWorker, onClose }: JobToastProps) {
  const { mutate: cancel, isPending: isStopping } = useCancelJob();
  const title = job.details?.title ?? "";
  const canvas_id = job.details?.canvasId ?? null;
  const kind = kindOf(job.status);
  const status = job.isRetrying && job.status === "queued" ? "retrying" : job.status;
  const address = kind ? addressOf({ kind, job_id: job.jobId, canvas_id }) : `/jobs/${job.jobId}`;
  return (
    <ToastCard
      job={job.jobId}
      head={<StatusBadge status={status} progress={job.progress} />}
      closeLabel={words.closeNamed(title)}
      onClose={onClose}
      message={messageOf(job, noWorker)}
      announcement={kind && strings.headline(kind, title)}
      actions={
        <>
          {!kind && (
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              aria-label={words.cancelNamed(title)}
              loading={isStopping}
              onClick={() => cancel(job.jobId, { onError: showRefusal })}
            >
              {words.cancel}
            </Button>
          )}
          <Button
            component={Link}
            to={address}
            size="compact-sm"
            variant="light"
            aria-label={words.openNamed(title)}
            onClick={kind ? onClose : undefined}
          >
            {words.open}
          </Button>
        </>
      }
    >
      <p className={classes.title}>{title}</p>
      {!kind && <ProgressBar value={job.progress} status={status} label={title} />}
    </ToastCard>
  );
}

function messageOf({ status, message }: ToastJob, noWorker: boolean): string {
  if (status === "queued" && noWorker) return words.noWorker;
  return message ?? (status === "queued" ? words.waiting : "");
}

function showRefusal(error: unknown): void {
  notifications.show({ title: words.cancelFailed, message: asProblem(error).message, color: "red" });
}
