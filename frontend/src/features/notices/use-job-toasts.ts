import { useEffect, useState } from "react";

import { liveFeed } from "../../lib/live-feed";
import { JOB_EVENT_TYPES, type JobEventPayload } from "../../lib/socket-events";
import { JobToasts } from "./core/job-toasts";
import type { Looking } from "./core/looking";
import { DetailsQueue } from "./job-details";

const SHOW_EVERY_MS = 250;
const NARROW = "(max-width: 48em)"; // a phone has room for one

function roomFor(): number {
  return window.matchMedia(NARROW).matches ? 1 : 2;
}

/** The toasts of a person's jobs, moved by what the socket says. */
export function useJobToasts(userId: string, looking: Looking): JobToasts {
  const [toasts] = useState(() => new JobToasts(Date.now, roomFor));
  useEffect(() => toasts.look(looking), [toasts, looking]);
  useEffect(() => {
    const queue = new DetailsQueue(userId, (details) => toasts.learn(details));
    const handlers = JOB_EVENT_TYPES.map((type) => {
      const handle = (payload: JobEventPayload): void => {
        const event = { canvas_id: null, message: null, data: null, ...payload, type };
        if (toasts.event(event)) queue.want(event.job_id);
      };
      return [`job:${type}`, handle] as const;
    });
    for (const [name, handle] of handlers) liveFeed.on(name, handle);
    const clock = setInterval(() => toasts.show(), SHOW_EVERY_MS);
    return () => {
      for (const [name, handle] of handlers) liveFeed.off(name, handle);
      clearInterval(clock);
      queue.stop();
      toasts.forget();
    };
  }, [userId, toasts]);
  return toasts;
}
