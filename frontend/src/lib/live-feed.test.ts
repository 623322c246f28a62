import { afterEach, beforeEach, expect, test, vi } from "vitest";

type Listener = (...values: unknown[]) => void;

/** Stands for the socket and for the stream: what gets through is decided by the test. */
class FakeEmitter {
  static made: FakeEmitter[] = [];
  closed = false;
  onerror: (() => void) | null = null;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #any = new Set<Listener>();

  constructor() {
    FakeEmitter.made.push(this);
  }
  on(name: string, listener: Listener) {
    this.#listeners.set(name, (this.#listeners.get(name) ?? new Set()).add(listener));
  }
  off(name: string, listener: Listener) {
    this.#listeners.get(name)?.delete(listener);
  }
  addEventListener(name: string, listener: Listener) {
    this.on(name, listener);
  }
  onAny(listener: Listener) {
    this.#any.add(listener);
  }
  offAny(listener: Listener) {
    this.#any.delete(listener);
  }
  happen(name: string, ...values: unknown[]) {
    for (const listener of this.#listeners.get(name) ?? []) listener(...values);
  }
  say(name: string, body: unknown) {
    for (const listener of this.#any) listener(name, body);
  }
  close() {
    this.closed = true;
  }
}

const shown: unknown[] = [];
let socket: FakeEmitter;
vi.mock("./socket", () => ({
  getSocket: () => socket,
  connectSocket: () => () => undefined,
  setConnection: (way: unknown) => shown.push(way),
}));

let serverIsThere = true;
const answer = () =>
  serverIsThere
    ? Promise.resolve(new Response(JSON.stringify({ version: "1.0.0+abc" })))
    : Promise.reject(new TypeError("failed"));

async function feedWithoutSocket() {
  vi.resetModules();
  const { liveFeed } = await import("./live-feed");
  const heard: string[] = [];
  for (const name of ["connect", "disconnect", "poll", "job:queued"])
    liveFeed.on(name, () => heard.push(name));
  const stop = liveFeed.start();
  return { liveFeed, heard, stop };
}

const stream = () => FakeEmitter.made.at(-1) as FakeEmitter;

beforeEach(() => {
  vi.useFakeTimers();
  FakeEmitter.made = [];
  shown.length = 0;
  serverIsThere = true;
  socket = new FakeEmitter();
  vi.stubGlobal("EventSource", FakeEmitter);
  vi.stubGlobal("fetch", vi.fn(answer));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a socket that gets through is all that is needed", async () => {
  const { liveFeed, heard } = await feedWithoutSocket();
  socket.happen("connect");
  socket.say("job:queued", {});
  await vi.advanceTimersByTimeAsync(60_000);
  expect(liveFeed.way).toBe("socket");
  expect(heard).toEqual(["connect", "job:queued"]);
  expect(FakeEmitter.made).toHaveLength(1);
  expect(fetch).not.toHaveBeenCalled();
});

test("where no WebSocket gets through, a stream brings the same events", async () => {
  const { liveFeed, heard } = await feedWithoutSocket();
  await vi.advanceTimersByTimeAsync(3_000);
  stream().happen("ready", { data: '{"version":"1.0.0+abc"}' });
  stream().happen("job:queued", { data: "{}" });
  expect(liveFeed.way).toBe("stream");
  expect(heard).toEqual(["connect", "job:queued"]);
  expect(shown.at(-1)).toBe("stream");
});

test("a stream whose words are held back by a proxy is given up, and the page asks", async () => {
  const { liveFeed, heard } = await feedWithoutSocket();
  await vi.advanceTimersByTimeAsync(3_000 + 5_000);
  expect(stream().closed).toBe(true);
  expect(liveFeed.way).toBe("polling");
  await vi.advanceTimersByTimeAsync(6_000);
  expect(heard).toEqual(["poll", "poll", "poll"]);
});

test("a server that does not answer is no polling; it begins when it is back", async () => {
  serverIsThere = false;
  const { liveFeed, heard } = await feedWithoutSocket();
  await vi.advanceTimersByTimeAsync(3_000);
  stream().onerror?.();
  await vi.advanceTimersByTimeAsync(6_000);
  expect(liveFeed.way).toBeNull();
  expect(heard).toEqual([]);
  serverIsThere = true;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(liveFeed.way).toBe("polling");
  expect(shown.at(-1)).toBe("polling");
});

test("a better way is taken as soon as there is one: the stream now and then, the socket at once", async () => {
  const { liveFeed, heard } = await feedWithoutSocket();
  await vi.advanceTimersByTimeAsync(3_000);
  stream().onerror?.();
  await vi.advanceTimersByTimeAsync(35_000);
  expect(FakeEmitter.made).toHaveLength(3);
  stream().happen("ready", { data: '{"version":"1.0.0"}' });
  expect(liveFeed.way).toBe("stream");
  socket.happen("connect");
  expect(liveFeed.way).toBe("socket");
  expect(stream().closed).toBe(true);
  expect(heard.filter((name) => name === "connect")).toHaveLength(2);
  const polls = heard.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(heard).toHaveLength(polls);
});

test("a socket that is lost is told, and the stream stands in for it", async () => {
  const { liveFeed, heard } = await feedWithoutSocket();
  socket.happen("connect");
  socket.happen("disconnect");
  expect(heard).toEqual(["connect", "disconnect"]);
  await vi.advanceTimersByTimeAsync(3_000);
  stream().happen("ready", { data: '{"version":"1.0.0"}' });
  expect(heard).toEqual(["connect", "disconnect", "connect"]);
  expect(liveFeed.way).toBe("stream");
});

test("who leaves hears nothing more", async () => {
  const { heard, stop } = await feedWithoutSocket();
  await vi.advanceTimersByTimeAsync(3_000);
  stop();
  stream().onerror?.();
  socket.happen("connect");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(heard).toEqual([]);
});
