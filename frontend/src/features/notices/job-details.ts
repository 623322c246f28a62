import { api, unwrap } from "../../lib/api-client";
import { jobSentence } from "../jobs/job-sentence";
import type { Job } from "../jobs/job-types";
import type { JobDetails } from "./core/job-toasts";

const ASK_AFTER_MS = 250;
const AT_MOST = 100; // ids in one request; of a flood the newest

/** Whose a job is and what it is called, which no event says: asked for many jobs at a time. */
export class DetailsQueue {
  #wanted: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly userId: string,
    private readonly learn: (details: JobDetails) => void,
  ) {}

  want(jobId: string): void {
    if (this.#wanted.includes(jobId)) return;
    this.#wanted = [...this.#wanted, jobId].slice(-AT_MOST);
    this.#timer ??= setTimeout(() => void this.#ask(), ASK_AFTER_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#wanted = [];
  }

  async #ask(): Promise<void> {
    const ids = this.#wanted;
    this.#wanted = [];
    this.#timer = undefined;
    try {
      const { items } = await unwrap(api.POST("/api/jobs/bulk-status", { body: { ids } }));
      for (const job of items) this.learn(detailsOf(job, this.userId));
    } catch {
      // The job's next event asks again.
    }
  }
}

function detailsOf(job: Job, userId: string): JobDetails {
  return {
    jobId: job.job_id,
    title: job.summary ?? jobSentence(job, 0).what,
    canvasId: job.canvas_id,
    isMine: job.user_id === userId,
    isChild: job.parent_id !== null,
  };
}
