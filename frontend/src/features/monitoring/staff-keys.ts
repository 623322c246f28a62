import type { Span } from "./staff-types";

/** Every key of the staff's pages. Socket messages touch `queues` and `workers`; the rest is asked for by the clock. */
export const staffKeys = {
  all: ["staff"] as const,
  queues: ["staff", "queues"] as const,
  workers: ["staff", "workers"] as const,
  course: (span: Span, queue: string | null) => ["staff", "course", span, queue] as const,
  types: (hours: number) => ["staff", "types", hours] as const,
  audits: ["staff", "audit"] as const,
  audit: (filter: object) => ["staff", "audit", filter] as const,
  peopleLists: ["staff", "people"] as const,
  people: (filter: object) => ["staff", "people", filter] as const,
};
