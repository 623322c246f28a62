import type { CanvasTransport, TransportEvents } from "./transport";

const GIVE_UP_ON_LIVE_AFTER_MS = 6_000;

/**
 * The live transport while it is there, the plain one while it has been away for some seconds, and back as soon as it
 * returns. Each change is a `connected`, so that the session asks for the full state over the new way.
 */
export function resilientTransport(live: CanvasTransport, plain: CanvasTransport): CanvasTransport {
  let current = live;
  return {
    listen: (events) => {
      let stopPlain: (() => void) | null = null;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const toPlain = (): void => {
        current = plain;
        stopPlain = plain.listen(events);
      };
      const toLive = (): void => {
        clearTimeout(timer);
        stopPlain?.();
        stopPlain = null;
        current = live;
        events.connected();
      };
      const awaitLive = (): void => {
        clearTimeout(timer);
        timer = setTimeout(toPlain, GIVE_UP_ON_LIVE_AFTER_MS);
      };
      awaitLive();
      const watched: TransportEvents = {
        ...events,
        connected: toLive,
        disconnected: () => {
          events.disconnected();
          awaitLive();
        },
      };
      const stopLive = live.listen(watched);
      return () => {
        clearTimeout(timer);
        stopPlain?.();
        stopLive();
      };
    },
    join: () => current.join(),
    update: (elements) => current.update(elements),
    present: (pointer, selection) => current.present(pointer, selection),
  };
}
