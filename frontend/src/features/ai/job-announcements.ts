import type { JobState } from "../jobs/ai-job-log";
import { errorOf } from "./job-words";
import { strings } from "./strings";

/** Sentences for what changed between two looks at the same jobs. What was finished at the first look is old news. */
export function announcements(before: readonly JobState[], after: readonly JobState[]): string[] {
  const known = new Map(before.map((job) => [job.jobId, job]));
  return after.flatMap((job) => {
    const old = known.get(job.jobId);
    if (old && old.status === job.status && old.isRetrying === job.isRetrying) return [];
    const sentence = sentenceOf(job, old);
    return sentence === null ? [] : [sentence];
  });
}

function sentenceOf(job: JobState, old: JobState | undefined): string | null {
  switch (job.status) {
    case "queued":
      return job.isRetrying ? strings.announce.retrying : null;
    case "processing":
      return strings.announce.started;
    case "completed":
      return old ? strings.announce.completed : null;
    case "failed":
      return old ? strings.announce.failed(errorOf(job)?.message ?? strings.job.failed) : null;
    case "cancelled":
      return old ? strings.announce.cancelled : null;
  }
}
