import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { CanvasSession } from "./canvas-session";
import { FakeConnection, FakeScene, FakeServer, note } from "./fakes";
import { resilientTransport } from "./resilient-transport";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("saves over plain requests while no live connection can be had, and goes back to it", async () => {
  const server = new FakeServer();
  const live = new FakeConnection(server);
  const plain = new FakeConnection(server);
  plain.isOpen = true;
  const scene = new FakeScene();
  const session = new CanvasSession({ transport: resilientTransport(live, plain), scene });
  scene.onChange = () => session.sceneChanged();
  const stop = session.start();

  scene.add(note("early"));
  await vi.advanceTimersByTimeAsync(3_000);
  expect(server.elements.size).toBe(0);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(server.elements.has("early")).toBe(true);
  expect(session.state.get()).toMatchObject({ phase: "live", unsaved: 0 });

  live.open();
  await vi.advanceTimersByTimeAsync(1_000);
  const overPlain = vi.spyOn(plain, "update");
  scene.add(note("later"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(server.elements.has("later")).toBe(true);
  expect(overPlain).not.toHaveBeenCalled();
  stop();
});
