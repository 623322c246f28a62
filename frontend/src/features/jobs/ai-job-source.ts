import { api, unwrap } from "../../lib/api-client";
import { liveFeed } from "../../lib/live-feed";
import { ask, getSocket } from "../../lib/socket";
import { JOB_EVENT_TYPES, type JobEvent, type JobEventPayload, type JobGap } from "../../lib/socket-events";
import { aiAgentService } from "./ai-agent-service";
import type { JobHistoryEvent } from "./job-types";
import type { JobFeedEvents, JobSource } from "./ai-job-updates";

const LONGEST_HISTORY = 5_000; // events, the server's most
const LISTED = 30; // the conversation of a canvas begins with its latest jobs

/** The page's feed and API as the source of job updates. */
export const aiJobSource: JobSource = {
  listen,
  async watch(jobId, after) {
    if (getSocket().connected) return (await ask("job:watch", { job_id: jobId, after })).events;
    return eventsAfter(jobId, after);
  },
  unwatch(jobId) {
    if (getSocket().connected) void ask("job:unwatch", { job_id: jobId }).catch(() => undefined);
  },
  poll: (jobId) => aiAgentService.status(jobId),
  async listOfCanvas(canvasId) {
    const page = await unwrap(
      api.GET("/api/jobs", { params: { query: { canvas_id: canvasId, limit: LISTED } } }),
    );
    return page.items;
  },
};

/** What a socket answers to `job:watch`, where the feed comes by a stream. */
async function eventsAfter(jobId: string, after: number): Promise<readonly JobEvent[]> {
  const job = await aiAgentService.status(jobId);
  const page = await unwrap(
    api.GET("/api/jobs/{job_id}/events", {
      params: { path: { job_id: jobId }, query: { after, limit: LONGEST_HISTORY } },
      headers: { Accept: "application/json" },
    }),
  );
  const { job_id, job_type, canvas_id } = job;
  return (page.events as JobHistoryEvent[]).map((event) => ({ job_id, job_type, canvas_id, ...event }));
}

function listen(events: JobFeedEvents): () => void {
  const handlers = JOB_EVENT_TYPES.map((type) => {
    const handler = (payload: JobEventPayload): void =>
      events.event({ canvas_id: null, message: null, data: null, ...payload, type });
    return [`job:${type}`, handler] as const;
  });
  for (const [name, handler] of handlers) liveFeed.on(name, handler);
  const gap = (message: JobGap): void => events.gap(message);
  liveFeed.on("job:gap", gap);
  liveFeed.on("connect", events.connected);
  liveFeed.on("disconnect", events.disconnected);
  if (liveFeed.connected) events.connected();
  return () => {
    for (const [name, handler] of handlers) liveFeed.off(name, handler);
    liveFeed.off("job:gap", gap);
    liveFeed.off("connect", events.connected);
    liveFeed.off("disconnect", events.disconnected);
  };
}
