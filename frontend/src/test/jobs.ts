import type { Job } from "../features/jobs/job-types";
import type { components } from "../lib/api-schema";
import type { JobEvent, JobEventType, JobStatus } from "../lib/socket-events";

export const JOB_ID = "0198b7a0-1111-7000-8000-000000000001";

export function aJob(changes: Partial<Job> = {}): Job {
  return {
    job_id: JOB_ID,
    job_type: "create_canvas",
    queue: "ai",
    priority: "normal",
    status: "queued",
    progress: 0,
    message: null,
    summary: "Create canvas · “onboarding flow”",
    canvas_id: null,
    parent_id: null,
    tags: [],
    attempt: 0,
    max_attempts: 4,
    created_at: "2026-01-01T10:00:00Z",
    run_at: null,
    started_at: null,
    completed_at: null,
    last_seq: 1,
    cancel_requested: false,
    cached: false,
    user_id: "0198b7a0-0000-7000-8000-000000000001",
    expires_at: null,
    actions: [],
    ...changes,
  };
}

const STATUS_AFTER: Record<JobEventType, JobStatus> = {
  queued: "queued",
  processing: "processing",
  progress: "processing",
  partial: "processing",
  retrying: "queued",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
};

export function anEvent(type: JobEventType, seq: number, changes: Partial<JobEvent> = {}): JobEvent {
  return {
    job_id: JOB_ID,
    job_type: "create_canvas",
    canvas_id: null,
    seq,
    type,
    status: STATUS_AFTER[type],
    progress: 0,
    message: null,
    data: null,
    at: "2026-01-01T10:00:05Z",
    ...changes,
  };
}

/** GET /api/jobs/facets: nothing has been made yet. */
export const NO_FACETS: components["schemas"]["Facets"] = {
  types: [],
  queues: [],
  tags: [],
  error_codes: [],
};

/** GET /api/jobs/overview: a quiet installation. */
export function anOverview(
  changes: Partial<components["schemas"]["Overview"]> = {},
): components["schemas"]["Overview"] {
  const figure = { value: 0, at_least: false, points: [] };
  return {
    scope: "own",
    span: "hour",
    workers: 1,
    running: figure,
    waiting: figure,
    failed_today: figure,
    usual_wait: { ...figure, value: null },
    ...changes,
  };
}
