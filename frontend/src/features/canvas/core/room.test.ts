import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { Room } from "./room";
import type { Person } from "./transport";

const ada: Person = { id: "c1", user_id: "u1", name: "Ada", color: "#ff0000" };
const bo: Person = { id: "c2", user_id: "u2", name: "Bo", color: "#00ff00" };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("tells where the pointer is at most every 33 ms, and the last place always", () => {
  const present = vi.fn();
  const room = new Room({ present });
  for (let x = 0; x < 100; x++) {
    room.pointAt({ x, y: 0 });
    vi.advanceTimersByTime(1);
  }
  vi.advanceTimersByTime(100);
  expect(present.mock.calls.length).toBeLessThanOrEqual(5);
  expect(present).toHaveBeenLastCalledWith({ x: 99, y: 0 }, []);
});

it("tells of a selection only when it has changed", () => {
  const present = vi.fn();
  const room = new Room({ present });
  room.select(["a"]);
  vi.advanceTimersByTime(100);
  room.select(["a"]);
  vi.advanceTimersByTime(100);
  expect(present).toHaveBeenCalledTimes(1);
});

it("keeps where somebody points when somebody else comes, and forgets who has left", () => {
  const room = new Room({ present: vi.fn() });
  room.people([ada]);
  room.presence({ id: "c1", pointer: { x: 3, y: 4 }, selection: ["e"] });
  room.people([ada, bo]);
  expect(room.state.get().guests).toMatchObject([
    { name: "Ada", pointer: { x: 3, y: 4 }, selection: ["e"] },
    { name: "Bo", pointer: null, selection: [] },
  ]);
  room.people([bo]);
  room.presence({ id: "c1", pointer: { x: 9, y: 9 }, selection: [] });
  expect(room.state.get().guests.map(({ name }) => name)).toEqual(["Bo"]);
});
