import { asProblem } from "../../../lib/api-problem";
import { ask, getSocket } from "../../../lib/socket";
import type { CanvasElementsMessage, PresenceMessage, WireElement } from "../../../lib/socket-events";
import type { CanvasElement } from "../core/merge";
import {
  TransportError,
  type CanvasTransport,
  type Joined,
  type Pointer,
  type Stored,
  type TransportEvents,
} from "../core/transport";
import { strings } from "../strings";

const LOCAL_CODES = new Set(["no_acknowledgement", "unreachable"]);
const PASSING_CODES = new Set(["too_many_requests", "unavailable", "unexpected", "internal"]);

/** Whatever a call threw, in the words of the core: is it of use to try again? */
export function asTransportError(error: unknown): TransportError {
  const problem = asProblem(error);
  const passing = LOCAL_CODES.has(problem.code) || PASSING_CODES.has(problem.code) || problem.status >= 500;
  return new TransportError(problem.message, !passing && problem.status !== 429, problem.code);
}

/** The page's socket, as one canvas sees it. */
export function socketTransport(canvasId: string): CanvasTransport {
  const socket = getSocket();
  return {
    listen: (events) => listen(canvasId, events),
    async join(): Promise<Joined> {
      return ask("canvas:join", { canvas_id: canvasId }).catch(rethrow);
    },
    async update(elements): Promise<Stored> {
      return ask("canvas:update", { canvas_id: canvasId, elements: asWire(elements) }).catch(rethrow);
    },
    present(pointer: Pointer | null, selection: readonly string[]): void {
      if (!socket.connected) return;
      socket.volatile.emit("canvas:presence", { canvas_id: canvasId, pointer, selection: [...selection] });
    },
  };
}

function listen(canvasId: string, events: TransportEvents): () => void {
  const socket = getSocket();
  const isOurs = (message: { canvas_id: string }): boolean => message.canvas_id === canvasId;
  const elements = (message: CanvasElementsMessage): void => {
    if (isOurs(message)) events.delta({ ...message, jobId: message.job_id ?? null });
  };
  const presence = (message: PresenceMessage): void => {
    if (isOurs(message)) events.presence(message);
  };
  const people = (message: { canvas_id: string; people: Joined["people"] }): void => {
    if (isOurs(message)) events.people(message.people);
  };
  const closed = (message: { canvas_id: string; reason: string }): void => {
    if (isOurs(message))
      events.closed(message.reason === "access" ? strings.missing.takenAway : strings.missing.deleted);
  };
  socket.on("connect", events.connected);
  socket.on("disconnect", events.disconnected);
  socket.on("canvas:elements", elements);
  socket.on("canvas:presence", presence);
  socket.on("canvas:people", people);
  socket.on("canvas:closed", closed);
  if (socket.connected) events.connected();
  return () => {
    socket.off("connect", events.connected);
    socket.off("disconnect", events.disconnected);
    socket.off("canvas:elements", elements);
    socket.off("canvas:presence", presence);
    socket.off("canvas:people", people);
    socket.off("canvas:closed", closed);
    if (socket.connected) void ask("canvas:leave", { canvas_id: canvasId }).catch(() => undefined);
  };
}

/** The core names only what it needs of an element; whole ones travel. */
function asWire(elements: readonly CanvasElement[]): WireElement[] {
  return elements as unknown as WireElement[];
}

function rethrow(error: unknown): never {
  throw asTransportError(error);
}
