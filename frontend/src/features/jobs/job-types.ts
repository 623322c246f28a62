import type { ShownStatus } from "../../components/ui/StatusBadge";
import type { components } from "../../lib/api-schema";
import type { JobEvent as SocketJobEvent } from "../../lib/socket-events";

export type Job = components["schemas"]["Job"];
/** With what was asked and the attempts that have ended. */
export type FullJob = components["schemas"]["JobDetail"];
export type JobStatus = Job["status"];

/** An event as the history lists it; the socket's events carry the job's id as well. */
export type JobHistoryEvent = Pick<
  SocketJobEvent,
  "seq" | "type" | "status" | "progress" | "message" | "data" | "at"
>;

export const JOB_STATUSES: readonly JobStatus[] = [
  "processing",
  "queued",
  "completed",
  "failed",
  "cancelled",
];

export function isFinished(status: JobStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** A queued job that has spent an attempt waits for its retry. */
export function shownStatus(job: Pick<Job, "status" | "attempt">): ShownStatus {
  return job.status === "queued" && job.attempt > 0 ? "retrying" : job.status;
}
