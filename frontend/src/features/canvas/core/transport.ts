import type { CanvasElement } from "./merge";

/** A connection that has the canvas open; `id` is the connection's, one person may have several. */
export interface Person {
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  readonly color: string;
}

/** In coordinates of the scene, so that it means the same at every zoom. */
export interface Pointer {
  readonly x: number;
  readonly y: number;
}

export interface Presence {
  /** The connection's. */
  readonly id: string;
  readonly pointer: Pointer | null;
  readonly selection: readonly string[];
}

export interface Joined {
  readonly elements: readonly CanvasElement[];
  readonly version: number;
  readonly people: readonly Person[];
}

/** `stale`: the winners of those sent elements that lost the merge. */
export interface Stored {
  readonly version: number;
  readonly stale: readonly CanvasElement[];
}

/** Everything that changed in (since, version]. */
export interface Delta {
  readonly elements: readonly CanvasElement[];
  readonly version: number;
  readonly since: number;
  readonly jobId: string | null;
}

export interface TransportEvents {
  /** Also called when listening begins on an open connection. */
  connected: () => void;
  disconnected: () => void;
  delta: (delta: Delta) => void;
  people: (people: readonly Person[]) => void;
  presence: (presence: Presence) => void;
  /** The canvas is gone; the reason is a sentence. */
  closed: (reason: string) => void;
}

/** How a session reaches the server. Everything it throws is a {@link TransportError}. */
export interface CanvasTransport {
  listen(events: TransportEvents): () => void;
  join(): Promise<Joined>;
  /** Resolves once the elements are stored. Sending the same elements twice does no harm. */
  update(elements: readonly CanvasElement[]): Promise<Stored>;
  /** May be lost on the way. */
  present(pointer: Pointer | null, selection: readonly string[]): void;
}

/** `permanent`: the server understood and refused; trying the same again is of no use. */
export class TransportError extends Error {
  override readonly name = "TransportError";

  constructor(
    message: string,
    readonly permanent: boolean,
    readonly code: string = "",
  ) {
    super(message);
  }
}
