import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { note } from "./fakes";
import { ViewFollower, type Box } from "./view-follower";

const SCREEN: Box = { left: 0, top: 0, right: 100, bottom: 100 };
const BELOW: Box = { left: 0, top: 300, right: 50, bottom: 400 };

let now = 10_000;
let busy = false;
let drawnAt: Box | null = BELOW;
let before: string[] = [];
const show = vi.fn();

function follower(): ViewFollower {
  const drawnBy = (_jobId: string, changed: readonly string[]) => new Set([...before, ...changed]);
  const view = { visible: () => SCREEN, boxOf: () => drawnAt, drawnBy, isBusy: () => busy, show };
  return new ViewFollower(view, () => now);
}

function pass(ms: number): void {
  now += ms;
  vi.advanceTimersByTime(ms);
}

beforeEach(() => {
  vi.useFakeTimers();
  show.mockClear();
  busy = false;
  drawnAt = BELOW;
  before = [];
});
afterEach(() => vi.useRealTimers());

describe("what a job draws off screen", () => {
  it("is brought into view when nobody is doing anything", () => {
    follower().drew("job", [note("a")]);
    expect(show).toHaveBeenCalledExactlyOnceWith(new Set(["a"]));
  });

  it("is shown whole, with what was drawn before the page came", () => {
    before = ["first"];
    follower().drew("job", [note("a")]);
    expect(show).toHaveBeenCalledExactlyOnceWith(new Set(["first", "a"]));
  });

  it("is left alone when it can be seen already", () => {
    drawnAt = { left: 10, top: 10, right: 20, bottom: 20 };
    follower().drew("job", [note("a")]);
    expect(show).not.toHaveBeenCalled();
  });

  it("waits until the hand on the canvas is still", () => {
    const view = follower();
    view.pointerMoved();
    view.drew("job", [note("a")]);
    expect(show).not.toHaveBeenCalled();
    pass(1_300);
    expect(show).toHaveBeenCalledOnce();
  });

  it("comes at once when the hand has left the canvas", () => {
    const view = follower();
    view.pointerMoved();
    view.pointerLeft();
    view.drew("job", [note("a")]);
    expect(show).toHaveBeenCalledOnce();
  });

  it("waits while something is held, selected or edited", () => {
    busy = true;
    const view = follower();
    view.drew("job", [note("a")]);
    pass(30_000);
    expect(show).not.toHaveBeenCalled();
    busy = false;
    pass(1_300);
    expect(show).toHaveBeenCalledOnce();
  });

  it("does not pull back somebody who has scrolled away from it, but shows the next job", () => {
    const view = follower();
    view.drew("job", [note("a")]);
    view.viewMoved();
    view.drew("job", [note("b")]);
    expect(show).toHaveBeenCalledTimes(1);
    view.drew("another", [note("c")]);
    expect(show).toHaveBeenCalledTimes(2);
  });
});
