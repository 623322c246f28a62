import { api, unwrap } from "../../../lib/api-client";
import type { paths } from "../../../lib/api-schema";
import type { CanvasElement } from "../core/merge";
import type { CanvasTransport, Joined, Stored, TransportEvents } from "../core/transport";
import { asTransportError } from "./socket-transport";

const POLL_EVERY_MS = 2_000;

type UpdateBody = NonNullable<
  paths["/api/canvases/{canvas_id}/elements"]["post"]["requestBody"]
>["content"]["application/json"];

interface ElementsAnswer {
  elements: readonly CanvasElement[];
  version: number;
}

/** The same canvas by plain requests, for networks that let no WebSocket through: slower, and nobody is seen pointing. */
export function httpTransport(canvasId: string): CanvasTransport {
  let version = 0;
  const read = async (since: number): Promise<ElementsAnswer> => {
    const params = { path: { canvas_id: canvasId }, query: { since } };
    const answer = await unwrap(api.GET("/api/canvases/{canvas_id}/elements", { params }));
    return answer as unknown as ElementsAnswer;
  };
  return {
    listen: (events) => {
      events.connected();
      const timer = setInterval(() => void poll(events), POLL_EVERY_MS);
      return () => clearInterval(timer);
    },
    async join(): Promise<Joined> {
      const answer = await read(0).catch(rethrow);
      version = answer.version;
      return { ...answer, people: [] };
    },
    async update(elements): Promise<Stored> {
      const params = { path: { canvas_id: canvasId } };
      const body = { elements } as unknown as UpdateBody;
      const answer = await unwrap(api.POST("/api/canvases/{canvas_id}/elements", { params, body })).catch(
        rethrow,
      );
      return answer as unknown as Stored;
    },
    present: () => undefined,
  };

  /** A poll that fails is made good by the next one; only what is refused ends the session. */
  async function poll(events: TransportEvents): Promise<void> {
    const since = version;
    try {
      const answer = await read(since);
      if (answer.version <= version) return;
      version = answer.version;
      events.delta({ ...answer, since, jobId: null });
    } catch (error) {
      const refusal = asTransportError(error);
      if (refusal.permanent) events.closed(refusal.message);
    }
  }
}

function rethrow(error: unknown): never {
  throw asTransportError(error);
}
