import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { liveFeed } from "../../lib/live-feed";
import { JOB_EVENT_TYPES, type JobEventPayload, type JobEventType } from "../../lib/socket-events";
import { staffKeys } from "./staff-keys";
import type { Run, Workers } from "./staff-types";

const ASK_AGAIN_AFTER_MS = 1_000; // however many jobs begin and end meanwhile

type EventSource = Pick<typeof liveFeed, "on" | "off">;

/** Bars of running jobs move with their events; whatever begins or ends has queues and workers asked for again, soon. */
export function followStaff(client: QueryClient, source: EventSource): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const askAgain = () => {
    timer = undefined;
    void client.invalidateQueries({ queryKey: staffKeys.queues });
    void client.invalidateQueries({ queryKey: staffKeys.workers });
  };
  const handlers = JOB_EVENT_TYPES.map((type) => {
    const handle = (event: JobEventPayload): void => {
      if (moves(type)) patchRun(client, event);
      else timer ??= setTimeout(askAgain, ASK_AGAIN_AFTER_MS);
    };
    return [`job:${type}`, handle] as const;
  });
  for (const [name, handle] of handlers) source.on(name, handle);
  source.on("connect", askAgain);
  source.on("poll", askAgain);
  return () => {
    clearTimeout(timer);
    for (const [name, handle] of handlers) source.off(name, handle);
    source.off("connect", askAgain);
    source.off("poll", askAgain);
  };
}

export function useLiveStaff(): void {
  const client = useQueryClient();
  useEffect(() => followStaff(client, liveFeed), [client]);
}

function moves(type: JobEventType): boolean {
  return type === "progress" || type === "partial";
}

function patchRun(client: QueryClient, event: JobEventPayload): void {
  client.setQueryData<Workers>(staffKeys.workers, (data) => {
    if (!data?.items.some(({ runs }) => runs.some(({ job_id }) => job_id === event.job_id))) return data;
    const patch = (run: Run): Run =>
      run.job_id === event.job_id
        ? { ...run, progress: Math.max(run.progress, event.progress), message: event.message ?? run.message }
        : run;
    return { ...data, items: data.items.map((worker) => ({ ...worker, runs: worker.runs.map(patch) })) };
  });
}
