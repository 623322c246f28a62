import type { JobFilters, ListGroup } from "./filters";

/** Every key under which jobs are cached. Socket events touch these and no others. */
export const jobKeys = {
  all: ["jobs"] as const,
  lists: ["jobs", "list"] as const,
  list: (group: ListGroup, filters: JobFilters) => ["jobs", "list", group, filters] as const,
  group: (group: ListGroup) => ["jobs", "list", group] as const,
  details: ["jobs", "detail"] as const,
  detail: (id: string) => ["jobs", "detail", id] as const,
  events: (id: string) => ["jobs", "events", id] as const,
  result: (id: string) => ["jobs", "result", id] as const,
  overview: ["jobs", "overview"] as const,
  facets: ["jobs", "facets"] as const,
};
