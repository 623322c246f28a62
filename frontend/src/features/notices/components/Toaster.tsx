import { Portal } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { ReactNode } from "react";

import type { Toasts } from "../core/job-toasts";
import { strings } from "../strings";
import { JobToast } from "./JobToast";
import { ManyToast } from "./ManyToast";
import classes from "./Toaster.module.css";

const NARROW = "(max-width: 48em)";

interface ToasterProps {
  /** null: not wanted. */
  toasts: Toasts | null;
  /** Nothing that waits can start. */
  noWorker: boolean;
  /** A board has its own things at the right edge, and no room for more than a line each. */
  onCanvas: boolean;
  /** null: all of them. */
  onClose: (jobId: string | null) => void;
  children: ReactNode;
}

/** The edge of the page where toasts stand: at most three, or one for a burst, and above them a question. */
export function Toaster({ toasts, noWorker, onCanvas, onClose, children }: ToasterProps) {
  const isNarrow = useMediaQuery(NARROW);
  return (
    <Portal>
      <section
        className={classes.stack}
        data-canvas={onCanvas || undefined}
        data-compact={onCanvas || isNarrow || undefined}
        aria-label={strings.toasts.region}
      >
        {children}
        {toasts?.many && <ManyToast jobs={toasts.many} onClose={() => onClose(null)} />}
        {toasts?.jobs.map((job) => (
          <JobToast key={job.jobId} job={job} noWorker={noWorker} onClose={() => onClose(job.jobId)} />
        ))}
      </section>
    </Portal>
  );
}
