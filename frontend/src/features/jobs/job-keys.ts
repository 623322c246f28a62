import type { JobStatus } from "./job-types";

/** Every key under which jobs are cached. Socket events touch these and no others. */
export const jobKeys = {
  all: ["jobs"] as const,
  lists: ["jobs", "list"] as const,
  list: (status: JobStatus | null) => ["jobs", "list", status] as const,
  detail: (id: string) => ["jobs", "detail", id] as const,
  events: (id: string) => ["jobs", "events", id] as const,
};
