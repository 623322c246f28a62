import { afterEach, beforeEach, expect, test, vi } from "vitest";

type Listener = (...args: unknown[]) => void;

/** Stands for the library's socket: what it emits is decided by the test. */
class FakeSocket {
  active = true;
  connects = 0;
  disconnects = 0;
  answer: unknown = { ok: true };
  readonly #listeners = new Map<string, Listener[]>();

  on(name: string, listener: Listener) {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
  }
  happen(name: string, ...args: unknown[]) {
    for (const listener of this.#listeners.get(name) ?? []) listener(...args);
  }
  connect() {
    this.connects += 1;
  }
  disconnect() {
    this.disconnects += 1;
    this.happen("disconnect", "io client disconnect");
  }
  timeout() {
    return this;
  }
  emitWithAck() {
    return this.answer instanceof Error ? Promise.reject(this.answer) : Promise.resolve(this.answer);
  }
}

const created: { socket: FakeSocket; options: Record<string, unknown> }[] = [];
vi.mock("socket.io-client", () => ({
  io: (options: Record<string, unknown>) => {
    const socket = new FakeSocket();
    created.push({ socket, options });
    return socket;
  },
}));

async function freshModule() {
  vi.resetModules();
  created.length = 0;
  const module = await import("./socket");
  module.getSocket();
  const made = created[0];
  if (!made) throw new Error("no socket was made");
  return { ...module, ...made };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("the socket is made once, over WebSocket alone, and does not connect by itself", async () => {
  const { getSocket, socket, options } = await freshModule();
  getSocket();
  expect(created).toHaveLength(1);
  expect(options).toMatchObject({ autoConnect: false, transports: ["websocket"] });
  expect(socket.connects).toBe(0);
});

test("a first connect that fails is connecting, a later one is reconnecting", async () => {
  const { connectSocket, getConnectionState, socket } = await freshModule();
  connectSocket();
  socket.happen("connect_error", new Error("refused"));
  expect(getConnectionState()).toBe("connecting");
  socket.happen("connect");
  expect(getConnectionState()).toBe("connected");
  socket.happen("disconnect", "transport close");
  expect(getConnectionState()).toBe("reconnecting");
});

test("after the server's own disconnect it comes back, waiting longer each time", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  const { connectSocket, socket } = await freshModule();
  connectSocket();
  socket.happen("connect");
  socket.active = false;
  socket.happen("disconnect", "io server disconnect");
  vi.advanceTimersByTime(500);
  expect(socket.connects).toBe(2);
  socket.happen("connect_error", new Error("still no"));
  vi.advanceTimersByTime(999);
  expect(socket.connects).toBe(2);
  vi.advanceTimersByTime(1);
  expect(socket.connects).toBe(3);
});

test("the clean-up disconnects, and nothing reconnects behind its back", async () => {
  const { connectSocket, getConnectionState, socket } = await freshModule();
  const leave = connectSocket();
  socket.happen("connect");
  socket.active = false;
  socket.happen("disconnect", "io server disconnect");
  leave();
  vi.advanceTimersByTime(60_000);
  expect(socket.connects).toBe(1);
  expect(socket.disconnects).toBe(1);
  expect(getConnectionState()).toBe("idle");
});

test("a refused request is thrown with the server's sentence", async () => {
  const { ask, socket } = await freshModule();
  socket.answer = { ok: false, error: "There is no such canvas.", code: "not_found" };
  await expect(ask("canvas:join", { canvas_id: "c" })).rejects.toMatchObject({
    message: "There is no such canvas.",
    code: "not_found",
  });
});

test("silence is thrown as unreachable", async () => {
  const { ask, socket } = await freshModule();
  socket.answer = new Error("operation has timed out");
  await expect(ask("canvas:join", { canvas_id: "c" })).rejects.toMatchObject({ isUnreachable: true });
});
