import { openEventStream } from "./event-stream";
import { connectSocket, getSocket, setConnection } from "./socket";
import { noteServerVersion } from "./version";

/** By which way news reach this page. */
export type LiveWay = "socket" | "stream" | "polling" | null;

const FALL_BACK_AFTER_MS = 3_000;
export const POLL_MS = 3_000;
const TRY_STREAM_AGAIN_MS = 30_000;

type Listener = (...values: never[]) => void;
type Names = "connect" | "disconnect" | "poll" | (string & {});

/**
 * What happens on the server, by the best way that gets through: the socket; a stream where WebSockets are blocked; where both are,
 * `poll` says every three seconds that it is time to ask. `connect` means: from now on everything is told, ask for what was before.
 */
class LiveFeed {
  readonly #listeners = new Map<string, Set<Listener>>();
  #way: LiveWay = null;
  #wanted = false;
  #closeStream: (() => void) | null = null;
  #fallBack: ReturnType<typeof setTimeout> | undefined;
  #asking: ReturnType<typeof setInterval> | undefined;
  #streamTriedAt = 0;

  get way(): LiveWay {
    return this.#way;
  }

  get connected(): boolean {
    return this.#way === "socket" || this.#way === "stream";
  }

  readonly on = (name: Names, listener: Listener): void => {
    this.#listeners.set(name, (this.#listeners.get(name) ?? new Set()).add(listener));
  };

  readonly off = (name: Names, listener: Listener): void => {
    this.#listeners.get(name)?.delete(listener);
  };

  /** For an effect keyed by the person; the returned function ends it. */
  start(): () => void {
    const socket = getSocket();
    this.#wanted = true;
    const up = (): void => this.#socketUp();
    const down = (): void => this.#socketDown();
    const any = (name: string, body: unknown): void => this.#tell(name, body);
    socket.on("connect", up);
    socket.on("disconnect", down);
    socket.onAny(any);
    this.#fallBackSoon();
    const leave = connectSocket();
    return () => {
      this.#wanted = false;
      socket.off("connect", up);
      socket.off("disconnect", down);
      socket.offAny(any);
      this.#stopFallBack();
      leave();
      this.#set(null);
    };
  }

  #socketUp(): void {
    this.#stopFallBack();
    this.#set("socket");
  }

  #socketDown(): void {
    if (this.#way === "socket") this.#set(null);
    if (this.#wanted) this.#fallBackSoon();
  }

  #fallBackSoon(): void {
    clearTimeout(this.#fallBack);
    this.#fallBack = setTimeout(() => this.#openStream(), FALL_BACK_AFTER_MS);
  }

  #stopFallBack(): void {
    clearTimeout(this.#fallBack);
    clearInterval(this.#asking);
    this.#asking = undefined;
    this.#closeStream?.();
    this.#closeStream = null;
  }

  #openStream(): void {
    this.#streamTriedAt = Date.now();
    this.#closeStream?.();
    this.#closeStream = openEventStream({
      ready: (version) => {
        noteServerVersion(version);
        clearInterval(this.#asking);
        this.#asking = undefined;
        this.#set("stream");
      },
      event: (name, body) => this.#tell(name, body),
      lost: () => {
        this.#closeStream = null;
        if (this.#way === "stream") this.#set(null);
        this.#beginToAsk();
      },
    });
  }

  #beginToAsk(): void {
    if (!this.#wanted || this.#asking !== undefined) return;
    this.#asking = setInterval(() => void this.#ask(), POLL_MS);
    void this.#ask();
  }

  /** Is the server there at all? Then it is asked for everything; now and then a stream is tried again. */
  async #ask(): Promise<void> {
    const version = await fetch("/api/version", { credentials: "same-origin" })
      .then((answer) => (answer.ok ? (answer.json() as Promise<{ version: string }>) : null))
      .catch(() => null);
    if (this.#asking === undefined) return; // a better way was found meanwhile, or nobody is here any more
    this.#set(version ? "polling" : null);
    if (!version) return;
    noteServerVersion(version.version);
    this.#tell("poll");
    if (!this.#closeStream && Date.now() - this.#streamTriedAt > TRY_STREAM_AGAIN_MS) this.#openStream();
  }

  #set(way: LiveWay): void {
    const wasConnected = this.connected;
    const before = this.#way;
    this.#way = way;
    setConnection(way === "socket" ? null : way);
    const isConnected = way === "socket" || way === "stream";
    if (isConnected && before !== way) this.#tell("connect");
    else if (wasConnected && !isConnected) this.#tell("disconnect");
  }

  #tell(name: string, ...values: unknown[]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(...(values as never[]));
  }
}

/** The page's one feed. */
export const liveFeed = new LiveFeed();
