/** What travels over the socket. Names and shapes are the published interface of the server. */

import type { components } from "./api-schema";

export type JobStatus = "queued" | "processing" | "completed" | "failed" | "cancelled";
export type JobEventType = JobStatus | "progress" | "partial" | "retrying";

/** One event of a job. `seq` begins at 1 and has no gaps. */
export interface JobEvent {
  job_id: string;
  job_type: string;
  canvas_id: string | null;
  seq: number;
  type: JobEventType;
  status: JobStatus;
  progress: number;
  message: string | null;
  data: Record<string, unknown> | null;
  at: string;
}

/** As it arrives: the type is in the event's name, empty fields may be missing. */
export type JobEventPayload = Omit<JobEvent, "type" | "canvas_id" | "message" | "data"> &
  Partial<Pick<JobEvent, "canvas_id" | "message" | "data">>;

export interface JobGap {
  job_id: string;
  from: number;
  to: number;
}

/** An element as Excalidraw stores it; only what the merge needs is named here. */
export interface WireElement {
  id: string;
  version: number;
  versionNonce: number;
  isDeleted: boolean;
  [field: string]: unknown;
}

/** Everything that changed in (since, version]. A `since` beyond the version one has means that something was missed. */
export interface CanvasElementsMessage {
  canvas_id: string;
  elements: WireElement[];
  since: number;
  version: number;
  job_id?: string | null;
}

/** A connection that has the canvas open; `id` is the connection's, one person may have several. */
export interface Person {
  id: string;
  user_id: string;
  name: string;
  color: string;
  is_guest: boolean;
}

export interface Pointer {
  x: number;
  y: number;
  tool?: "pointer" | "laser";
  button?: "up" | "down";
}

export interface PresenceMessage {
  canvas_id: string;
  id: string;
  user_id: string;
  name: string;
  color: string;
  pointer: Pointer | null;
  selection: string[];
}

/** Element id → field → messages, of an update of which nothing was stored. */
export type ElementErrors = Record<string, Record<string, string[]>>;

export type Refusal = { ok: false; error: string; code?: string; errors?: Record<string, unknown> };
export type Acknowledgement<Answer> = ({ ok: true } & Answer) | Refusal;
type Reply<Answer> = (answer: Acknowledgement<Answer>) => void;

export type ServerEvents = {
  [Type in JobEventType as `job:${Type}`]: (event: JobEventPayload) => void;
} & {
  "job:gap": (gap: JobGap) => void;
  "canvas:elements": (message: CanvasElementsMessage) => void;
  "canvas:presence": (message: PresenceMessage) => void;
  "canvas:people": (message: { canvas_id: string; people: Person[] }) => void;
  /** What a job did was kept, undone or done again. Without a job: ask for all of them. */
  "canvas:change": (message: { canvas_id: string; job_id: string | null; status: string | null }) => void;
  /** A version of it was kept, named or removed. */
  "canvas:versions": (message: { canvas_id: string }) => void;
  /** The first thing that the server says: which version it is. */
  hello: (message: { version: string }) => void;
  "canvas:closed": (message: { canvas_id: string; reason: string }) => void;
  notice: (notice: components["schemas"]["Notice"]) => void;
  "notice:changed": (message: { at: string }) => void;
};

export interface ClientEvents {
  "job:watch": (request: { job_id: string; after: number }, reply: Reply<{ events: JobEvent[] }>) => void;
  "job:unwatch": (request: { job_id: string }, reply: Reply<object>) => void;
  "user:watch": (request: { after_time?: string }, reply: Reply<object>) => void;
  "canvas:join": (
    request: { canvas_id: string },
    reply: Reply<{ elements: WireElement[]; version: number; people: Person[]; name: string }>,
  ) => void;
  "canvas:leave": (request: { canvas_id: string }, reply: Reply<object>) => void;
  "canvas:update": (
    request: { canvas_id: string; elements: WireElement[] },
    reply: Reply<{ version: number; stale: WireElement[] }>,
  ) => void;
  "canvas:presence": (message: { canvas_id: string; pointer: Pointer | null; selection: string[] }) => void;
}

export const JOB_EVENT_TYPES: readonly JobEventType[] = [
  "queued",
  "processing",
  "progress",
  "partial",
  "retrying",
  "completed",
  "failed",
  "cancelled",
];
