import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { liveFeed } from "../../lib/live-feed";
import {
  JOB_EVENT_TYPES,
  type JobEvent,
  type JobEventPayload,
  type JobEventType,
} from "../../lib/socket-events";
import { patchJob } from "./job-cache";
import { jobKeys } from "./job-keys";

const ASK_AGAIN_AFTER_MS = 400; // a burst of 200 new jobs asks for the list once, not 200 times
const FIGURES_AFTER_MS = 1_500; // what is counted over many jobs need not be as quick as a bar

/** What of the feed is needed here. */
type EventSource = Pick<typeof liveFeed, "on" | "off">;

/**
 * Keeps every cached job up to date from the socket. Events patch by sequence number and never take a job back;
 * what an event does not carry (a new job's summary, attempts, who belongs into a filtered list) is asked for again.
 */
export function followJobs(client: QueryClient, source: EventSource): () => void {
  const later = new Later(client);
  const handlers = JOB_EVENT_TYPES.map((type) => ({
    name: `job:${type}` as const,
    handle: (payload: JobEventPayload) => receive(client, later, toEvent(type, payload)),
  }));
  // After a lost connection nobody knows what was missed.
  const onConnect = () => void client.invalidateQueries({ queryKey: jobKeys.all });
  for (const { name, handle } of handlers) source.on(name, handle);
  source.on("connect", onConnect);
  source.on("poll", onConnect); // nobody tells us anything
  return () => {
    later.stop();
    for (const { name, handle } of handlers) source.off(name, handle);
    source.off("connect", onConnect);
    source.off("poll", onConnect);
  };
}

export function useLiveJobs(): void {
  const client = useQueryClient();
  useEffect(() => followJobs(client, liveFeed), [client]);
}

function receive(client: QueryClient, later: Later, event: JobEvent): void {
  const { inSomeList, statusChanged, missedEvents } = patchJob(client, event);
  const fresh = !inSomeList && event.type === "queued";
  // A job whose new status is known was moved; who waits in which place is the server's to say.
  if (statusChanged || fresh) later.ask(jobKeys.lists);
  if (statusChanged) later.ask(jobKeys.detail(event.job_id));
  if (missedEvents) later.ask(jobKeys.events(event.job_id));
  if (event.type !== "progress" && event.type !== "partial") later.ask(jobKeys.overview, FIGURES_AFTER_MS);
}

function toEvent(type: JobEventType, payload: JobEventPayload): JobEvent {
  return { canvas_id: null, message: null, data: null, ...payload, type };
}

/** Asks for queries again soon, each once for a burst of events. */
class Later {
  readonly #client: QueryClient;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(client: QueryClient) {
    this.#client = client;
  }

  ask(queryKey: readonly unknown[], delay = ASK_AGAIN_AFTER_MS): void {
    const name = JSON.stringify(queryKey);
    if (this.#timers.has(name)) return;
    const run = () => {
      this.#timers.delete(name);
      void this.#client.invalidateQueries({ queryKey });
    };
    this.#timers.set(name, setTimeout(run, delay));
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
