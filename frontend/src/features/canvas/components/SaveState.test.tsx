import { MantineProvider } from "@mantine/core";
import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { SessionState } from "../core/canvas-session";
import { SaveState } from "./SaveState";

const LIVE: SessionState = { phase: "live", loaded: true, unsaved: 0, problem: null };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function show(session: SessionState) {
  const page = (state: SessionState) => (
    <MantineProvider>
      <SaveState session={state} />
    </MantineProvider>
  );
  const { rerender } = render(page(session));
  return (next: Partial<SessionState>) => rerender(page({ ...session, ...next }));
}

const word = () => screen.getByRole("status").textContent;
const pass = (ms: number): void => act(() => void vi.advanceTimersByTime(ms));

it("says nothing of what is saved within a second", () => {
  const change = show(LIVE);
  change({ unsaved: 2 });
  pass(900);
  expect(word()).toBe("Saved");
  change({ unsaved: 0 });
  pass(5_000);
  expect(word()).toBe("Saved");
});

it("says that saving takes longer", () => {
  const change = show(LIVE);
  change({ unsaved: 2 });
  pass(1_100);
  expect(word()).toBe("Saving…");
});

it("tells how much is kept while offline, and that all is well afterwards", () => {
  const change = show(LIVE);
  change({ phase: "offline" });
  pass(1_100);
  expect(word()).toBe("Offline");
  change({ phase: "offline", unsaved: 1 });
  expect(word()).toBe("Offline · 1 change kept");
  change({ phase: "joining", unsaved: 3 });
  pass(1_100);
  expect(word()).toBe("Offline · 3 changes kept");
  change({});
  pass(1);
  expect(word()).toBe("All caught up");
  pass(3_000);
  expect(word()).toBe("Saved");
});
