import type { paths } from "../../lib/api-schema";
import { isFinished, JOB_STATUSES, type JobStatus } from "./job-types";

/** What the list can be narrowed by, in the order in which the chips stand. Each is a parameter of the address. */
export const FILTER_NAMES = [
  "q",
  "status",
  "type",
  "queue",
  "tag",
  "priority",
  "since",
  "until",
  "user",
  "parent",
] as const;
export type FilterName = (typeof FILTER_NAMES)[number];

/** What is left out does not narrow. Days are local, as YYYY-MM-DD, both ends included. */
export type JobFilters = Readonly<Partial<Record<FilterName, string>>>;

const IS_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const LONGEST = 200; // characters that the server takes

/** Whoever sees everybody's jobs says so by this instead of an id. */
export const ME = "me";

/** The part of the list that is asked for by itself: what runs must be there however much waits. */
export type ListGroup = "running" | "waiting" | "finished" | "all";
const GROUPS: Readonly<Record<ListGroup, readonly JobStatus[]>> = {
  running: ["processing"],
  waiting: ["queued"],
  finished: JOB_STATUSES.filter(isFinished),
  all: JOB_STATUSES,
};

type Query = NonNullable<paths["/api/jobs"]["get"]["parameters"]["query"]>;

export function filtersIn(search: URLSearchParams): JobFilters {
  const found: Partial<Record<FilterName, string>> = {};
  for (const name of FILTER_NAMES) {
    const value = search.get(name)?.trim();
    if (value && isUsable(name, value)) found[name] = value;
  }
  return found;
}

export function searchOf(filters: JobFilters): string {
  const search = new URLSearchParams();
  for (const name of FILTER_NAMES) {
    const value = filters[name];
    if (value) search.set(name, value);
  }
  const text = search.toString();
  return text && `?${text}`;
}

export function withFilter(filters: JobFilters, name: FilterName, value: string | null): JobFilters {
  const { [name]: _before, ...others } = filters;
  return value ? { ...others, [name]: value } : others;
}

/** Whose jobs they are does not count: one's own jobs, too, are shown as trees. */
export function isFiltered(filters: JobFilters): boolean {
  return FILTER_NAMES.some((name) => name !== "user" && filters[name] !== undefined);
}

export function statusesIn(filters: JobFilters): JobStatus[] {
  const wanted = filters.status?.split(",") ?? [];
  return JOB_STATUSES.filter((status) => wanted.includes(status));
}

/** The statuses that are wanted of this group; none means that there is nothing to ask for. */
export function statusesOf(group: ListGroup, filters: JobFilters): JobStatus[] {
  const wanted = statusesIn(filters);
  return GROUPS[group].filter((status) => wanted.length === 0 || wanted.includes(status));
}

export function belongsTo(group: ListGroup, filters: JobFilters, status: JobStatus): boolean {
  return statusesOf(group, filters).includes(status);
}

/** As the server wants it; `me` is the id of whoever is here. */
export function queryOf(filters: JobFilters, me: string | undefined): Query {
  const { since, until, user, ...same } = filters;
  return {
    ...(same as Query),
    ...(!isFiltered(filters) && { top_level: true }), // the jobs of groups are below them
    ...(since && { since: startOfDay(since, 0) }),
    ...(until && { until: startOfDay(until, 1) }),
    ...(user && { user: user === ME ? (me ?? "") : user }),
  };
}

function startOfDay(day: string, later: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** An address that was mistyped narrows by less; it does not break the page. */
function isUsable(name: FilterName, value: string): boolean {
  switch (name) {
    case "status":
      return statusesIn({ status: value }).length > 0;
    case "since":
    case "until":
      return /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
    case "priority":
      return ["low", "normal", "high", "urgent"].includes(value);
    case "user":
      return value === ME || IS_ID.test(value);
    case "parent":
      return IS_ID.test(value);
    case "q":
    case "type":
    case "queue":
    case "tag":
      return value.length <= LONGEST;
  }
}
