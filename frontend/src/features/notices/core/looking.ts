/** What this page shows, if anybody can see it: a person who looks at a job need not be told of it. */
export interface Looking {
  readonly isVisible: boolean;
  readonly canvasId: string | null;
  readonly jobId: string | null;
  /** The list of jobs, or a page of the staff: what jobs do is seen there without being told. */
  readonly isListOfJobs: boolean;
}

export const NOWHERE: Looking = { isVisible: false, canvasId: null, jobId: null, isListOfJobs: false };

interface About {
  readonly jobId: string | null;
  readonly canvasId: string | null;
}

export function isLookedAt({ jobId, canvasId }: About, looking: Looking): boolean {
  if (!looking.isVisible) return false;
  return (canvasId !== null && canvasId === looking.canvasId) || (jobId !== null && jobId === looking.jobId);
}

/** What an address of ours shows. */
export function lookingAt(pathname: string, isVisible: boolean): Looking {
  const [, kind, id] = /^\/(canvas|jobs)\/([^/]+)/.exec(pathname) ?? [];
  return {
    isVisible,
    canvasId: kind === "canvas" ? (id ?? null) : null,
    jobId: kind === "jobs" ? (id ?? null) : null,
    isListOfJobs: /^\/(jobs|staff)(\/|$)/.test(pathname),
  };
}
