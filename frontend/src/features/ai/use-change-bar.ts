import { useEffect, useMemo, useState } from "react";

import { isFinished, type JobState } from "../jobs/ai-job-log";
import { useChanges, type Change } from "./changes";

/** What was asked for on the page before may be drawn before this one is open. */
const JUST_BEFORE_MS = 20_000;

interface ShownChange {
  job: JobState;
  change: Change;
}

/**
 * The change that the bar asks about: of the last job that ended while this page was open, until somebody keeps it, closes
 * the bar, goes on drawing (`goOn`), or another job begins.
 */
export function useChangeBar(canvasId: string, jobs: readonly JobState[]) {
  const [openedAt] = useState(() => Date.now() - JUST_BEFORE_MS);
  const [dismissed, setDismissed] = useState<string | null>(null);
  const ended = jobs.filter(isFinished).length;
  const changes = useChanges(canvasId, ended);
  const last = jobs.at(-1);
  const isNew = typeof last?.endedAt === "string" && Date.parse(last.endedAt) >= openedAt;
  const change = last && isFinished(last) && isNew ? changes.get(last.jobId) : undefined;
  const isOpen = change !== undefined && change.status !== "kept" && dismissed !== change.job_id;
  const shown = useMemo<ShownChange | null>(
    () => (isOpen && last ? { job: last, change } : null),
    [isOpen, last, change],
  );
  const jobId = shown?.job.jobId ?? null;
  useEffect(() => {
    if (jobId === null) return undefined;
    const goOn = (event: Event): void => {
      const target = event.target as Element | null;
      if (target?.closest(".excalidraw") && target.closest("canvas")) setDismissed(jobId);
    };
    window.addEventListener("pointerdown", goOn, true);
    return () => window.removeEventListener("pointerdown", goOn, true);
  }, [jobId]);
  return { shown, changes, close: () => setDismissed(jobId) };
}
