import type { JobStatus } from "../../lib/socket-events";
import type { Notice, NoticeKind } from "./notice-types";

/** Where a notice leads: to the canvas if there is one, where what came of the job is seen. A failure is explained on the job's page. */
export function addressOf({
  kind,
  job_id,
  canvas_id,
}: Pick<Notice, "kind" | "job_id" | "canvas_id">): string {
  if (canvas_id && kind === "job_completed") return `/canvas/${canvas_id}`;
  if (job_id) return `/jobs/${job_id}`;
  return canvas_id ? `/canvas/${canvas_id}` : "/";
}

export function statusOf(kind: NoticeKind): Extract<JobStatus, "completed" | "failed" | "cancelled"> {
  switch (kind) {
    case "job_completed":
      return "completed";
    case "job_failed":
      return "failed";
    case "job_cancelled":
      return "cancelled";
  }
}

/** The kind of notice that the end of a job makes; null while it has none. */
export function kindOf(status: JobStatus): NoticeKind | null {
  switch (status) {
    case "completed":
    case "failed":
    case "cancelled":
      return `job_${status}`;
    case "queued":
    case "processing":
      return null;
  }
}
