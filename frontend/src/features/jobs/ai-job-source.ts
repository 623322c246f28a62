import { api, unwrap } from "../../lib/api-client";
import { ask, getSocket } from "../../lib/socket";
import { JOB_EVENT_TYPES, type JobEventPayload, type JobGap } from "../../lib/socket-events";
import { aiAgentService } from "./ai-agent-service";
import type { JobFeedEvents, JobSource } from "./ai-job-updates";

const LISTED = 30; // the conversation of a canvas begins with its latest jobs

/** The page's socket and API as the source of job updates. */
export const aiJobSource: JobSource = {
  listen,
  async watch(jobId, after) {
    const { events } = await ask("job:watch", { job_id: jobId, after });
    return events;
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

function listen(events: JobFeedEvents): () => void {
  const socket = getSocket();
  const handlers = JOB_EVENT_TYPES.map((type) => {
    const handler = (payload: JobEventPayload): void =>
      events.event({ canvas_id: null, message: null, data: null, ...payload, type });
    return [`job:${type}`, handler] as const;
  });
  for (const [name, handler] of handlers) socket.on(name, handler);
  const gap = (message: JobGap): void => events.gap(message);
  socket.on("job:gap", gap);
  socket.on("connect", events.connected);
  socket.on("disconnect", events.disconnected);
  if (socket.connected) events.connected();
  return () => {
    for (const [name, handler] of handlers) socket.off(name, handler);
    socket.off("job:gap", gap);
    socket.off("connect", events.connected);
    socket.off("disconnect", events.disconnected);
  };
}
