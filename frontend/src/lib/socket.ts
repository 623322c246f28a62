import { useSyncExternalStore } from "react";
import { io, type Socket } from "socket.io-client";

import { ApiProblem, flattenErrors } from "./api-problem";
import { noteServerVersion } from "./version";
import type { Acknowledgement, ClientEvents, ServerEvents } from "./socket-events";

export type AppSocket = Socket<ServerEvents, ClientEvents>;

/**
 * `reconnecting` only after it was connected once: a first connect that takes a moment is nobody's concern. `connected` by the
 * socket or by what stands in for it; `polling` when the page has to ask.
 */
export type ConnectionState = "idle" | "connecting" | "connected" | "polling" | "reconnecting";

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;
const JITTER = 0.5;
const ACKNOWLEDGE_WITHIN_MS = 10_000;

let socket: AppSocket | null = null;
let wanted = false;
let refusals = 0;
let retryTimer: ReturnType<typeof setTimeout> | undefined;
let state: ConnectionState = "idle";
let socketState: ConnectionState = "idle";
let standIn: "stream" | "polling" | null = null;
let everConnected = false;
const listeners = new Set<() => void>();

function setState(next: ConnectionState): void {
  socketState = next;
  show();
}

/** What stands in for the socket while it does not get through. */
export function setConnection(next: "stream" | "polling" | null): void {
  standIn = next;
  if (next !== null) everConnected = true;
  show();
}

function show(): void {
  const isUp = socketState === "connected" || socketState === "idle";
  const next = isUp || standIn === null ? socketState : standIn === "stream" ? "connected" : "polling";
  const shown = next === "connecting" && everConnected ? "reconnecting" : next;
  if (shown === state) return;
  state = shown;
  for (const listener of listeners) listener();
}

/** The page's one socket. It exists unconnected until {@link connectSocket}; listeners may be added at any time. */
export function getSocket(): AppSocket {
  if (socket) return socket;
  const created: AppSocket = io({
    autoConnect: false,
    transports: ["websocket"], // no sticky sessions are needed this way
    reconnectionDelay: FIRST_DELAY_MS,
    reconnectionDelayMax: LONGEST_DELAY_MS,
    randomizationFactor: JITTER,
    withCredentials: true,
  });
  created.on("connect", () => {
    refusals = 0;
    everConnected = true;
    setState("connected");
  });
  created.on("hello", ({ version }) => noteServerVersion(version));
  created.on("disconnect", () => {
    setState(wanted ? "reconnecting" : "idle");
    // After the server's own disconnect the library does not come back by itself.
    if (wanted && !created.active) retryLater(created);
  });
  created.on("connect_error", () => {
    if (!wanted) return;
    setState(everConnected ? "reconnecting" : "connecting");
    if (!created.active) retryLater(created);
  });
  socket = created;
  return created;
}

function retryLater(target: AppSocket): void {
  clearTimeout(retryTimer);
  const base = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** refusals);
  refusals += 1;
  retryTimer = setTimeout(
    () => {
      if (wanted) target.connect();
    },
    base * (1 - JITTER + 2 * JITTER * Math.random()),
  );
}

/** Connects as the person of the session cookie; the returned function disconnects. For an effect keyed by the person. */
export function connectSocket(): () => void {
  const target = getSocket();
  wanted = true;
  everConnected = false;
  setState("connecting");
  target.connect();
  return () => {
    wanted = false;
    clearTimeout(retryTimer);
    target.disconnect();
    setState("idle");
  };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function getConnectionState(): ConnectionState {
  return state;
}

export function useConnectionState(): ConnectionState {
  return useSyncExternalStore(subscribe, getConnectionState);
}

type Asked = Exclude<keyof ClientEvents, "canvas:presence">;
type Request<Name extends Asked> = Parameters<ClientEvents[Name]>[0];
type Answer<Name extends Asked> = Parameters<Parameters<ClientEvents[Name]>[1]>[0] extends infer Reply
  ? Extract<Reply, { ok: true }>
  : never;

/** Sends and waits for the acknowledgement. A refusal or silence is thrown as an ApiProblem. */
export async function ask<Name extends Asked>(name: Name, request: Request<Name>): Promise<Answer<Name>> {
  const untyped = getSocket() as unknown as Socket;
  const answer = (await untyped
    .timeout(ACKNOWLEDGE_WITHIN_MS)
    .emitWithAck(name, request)
    .catch(() => {
      throw new ApiProblem(0, "no_acknowledgement", "The server did not answer in time. We try again.");
    })) as Acknowledgement<Record<string, unknown>>;
  if (!answer.ok) {
    throw new ApiProblem(
      409,
      answer.code ?? "refused",
      answer.error,
      flattenErrors(answer.errors),
      null,
      null,
      answer.errors,
    );
  }
  return answer as Answer<Name>;
}
