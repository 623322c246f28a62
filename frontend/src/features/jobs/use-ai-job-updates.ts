import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import type { JobState } from "./ai-job-log";
import { aiJobSource } from "./ai-job-source";
import { AIJobUpdates, type JobSource, type JobsState } from "./ai-job-updates";

const NO_JOBS: JobsState = { isLoaded: false, jobs: new Map() };

/** The live state of one job; null until something is known of it, and without a job. */
export function useAIJobUpdates(jobId: string | null, source: JobSource = aiJobSource): JobState | null {
  const { jobs } = useUpdates(jobId === null ? null : "job", jobId, source);
  const state = jobId === null ? undefined : jobs.get(jobId);
  return state && state.seq > 0 ? state : null;
}

/** The live state of every job of a canvas, whoever started it, in the order in which they were asked for. */
export function useCanvasJobUpdates(
  canvasId: string,
  source: JobSource = aiJobSource,
): { jobs: readonly JobState[]; isLoaded: boolean; track: (jobId: string) => void } {
  const { jobs, isLoaded, track } = useUpdates("canvas", canvasId, source);
  const inOrder = useMemo(() => {
    const known = [...jobs.values()].filter(({ seq }) => seq > 0);
    return known.sort((a, b) => (a.queuedAt ?? "").localeCompare(b.queuedAt ?? ""));
  }, [jobs]);
  return { jobs: inOrder, isLoaded, track };
}

function useUpdates(
  kind: "job" | "canvas" | null,
  id: string | null,
  source: JobSource,
): JobsState & { track: (jobId: string) => void } {
  const [state, setState] = useState<JobsState>(NO_JOBS);
  const current = useRef<AIJobUpdates | null>(null);
  useEffect(() => {
    if (kind === null || id === null) return undefined;
    const updates = new AIJobUpdates(source, kind === "job" ? { jobId: id } : { canvasId: id });
    current.current = updates;
    const unsubscribe = updates.state.subscribe(() => setState(updates.state.get()));
    const stop = updates.start();
    return () => {
      stop();
      unsubscribe();
      current.current = null;
      setState(NO_JOBS);
    };
  }, [kind, id, source]);
  const track = useCallback((jobId: string) => current.current?.track(jobId), []);
  return { ...state, track };
}
