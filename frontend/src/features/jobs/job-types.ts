import type { ShownStatus } from "../../components/ui/StatusBadge";
import type { components } from "../../lib/api-schema";
import type { JobEvent as SocketJobEvent } from "../../lib/socket-events";

export type Job = components["schemas"]["Job"];
/** With what was asked and the attempts that have ended. */
export type FullJob = components["schemas"]["JobDetail"];
/** Where a job stands in its queue, and when it will probably start and end. */
export type Estimate = components["schemas"]["Estimate"];
/** It waited, or it ran. */
export type Stretch = FullJob["timeline"][number];
export type JobStatus = Job["status"];
export type Priority = Job["priority"];
export type WaitingFor = FullJob["waiting_for"][number];

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
export const PRIORITIES: readonly Priority[] = ["urgent", "high", "normal", "low"];
const GROUP_TYPE = "job_group";

export function isFinished(status: JobStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** A group has no run of its own: it is as far as its jobs are, and ends with them. */
export function isGroup(job: Pick<Job, "job_type">): boolean {
  return job.job_type === GROUP_TYPE;
}

/** A queued job that has spent an attempt waits for its retry; a group whose jobs have begun runs. */
export function shownStatus(job: Pick<Job, "status" | "attempt" | "job_type" | "progress">): ShownStatus {
  if (job.status === "queued" && isGroup(job) && job.progress > 0) return "processing";
  return job.status === "queued" && job.attempt > 0 ? "retrying" : job.status;
}
