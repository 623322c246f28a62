import { JOB_EVENT_TYPES } from "./socket-events";

const URL_OF_STREAM = "/api/events";
const READY_WITHIN_MS = 5_000;
const NAMES = [...JOB_EVENT_TYPES.map((type) => `job:${type}`), "job:gap", "notice", "notice:changed"];

export interface StreamEvents {
  ready: (version: string) => void;
  event: (name: string, body: unknown) => void;
  /** It did not come in time, or has ended; it does not come back by itself. */
  lost: () => void;
}

/**
 * The feed as Server-Sent Events, for where no WebSocket gets through. A proxy may let it through and hold back what is said:
 * only `ready` shows that it works.
 */
export function openEventStream(events: StreamEvents): () => void {
  const stream = new EventSource(URL_OF_STREAM, { withCredentials: true });
  const lose = (): void => {
    close();
    events.lost();
  };
  let patience = setTimeout(lose, READY_WITHIN_MS);
  const close = (): void => {
    clearTimeout(patience);
    stream.close();
  };
  stream.addEventListener("ready", (message) => {
    clearTimeout(patience);
    events.ready((parse(message.data) as { version: string }).version);
  });
  for (const name of NAMES) {
    stream.addEventListener(name, (message) =>
      events.event(name, parse((message as MessageEvent<string>).data)),
    );
  }
  stream.onerror = () => {
    clearTimeout(patience);
    patience = setTimeout(lose, 0);
  };
  return close;
}

function parse(data: unknown): unknown {
  return JSON.parse(String(data));
}
