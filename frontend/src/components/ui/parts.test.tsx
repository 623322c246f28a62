import { MantineProvider } from "@mantine/core";
import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { ConnectionState } from "../../lib/socket";
import { ConnectionPill } from "./ConnectionPill";
import { ProgressBar } from "./ProgressBar";
import { StatusBadge, type ShownStatus } from "./StatusBadge";

const connection = vi.hoisted((): { state: ConnectionState } => ({ state: "connected" }));
vi.mock("../../lib/socket", () => ({ useConnectionState: () => connection.state }));

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function percent(): string | null {
  return screen.getByRole("progressbar").getAttribute("aria-valuenow");
}

test("a bar follows progress forwards and ignores a late report", () => {
  const { rerender } = render(<ProgressBar value={10} status="processing" label="Drawing" />);
  rerender(<ProgressBar value={60} status="processing" label="Drawing" />);
  expect(percent()).toBe("60");
  rerender(<ProgressBar value={30} status="processing" label="Drawing" />);
  expect(percent()).toBe("60");
});

test("a bar stays between 0 and 100", () => {
  render(<ProgressBar value={140} status="processing" label="Drawing" />);
  expect(percent()).toBe("100");
});

test.each<[ShownStatus, string]>([
  ["queued", "Waiting"],
  ["processing", "Running 40 %"],
  ["retrying", "Retrying"],
  ["completed", "Done"],
  ["failed", "Failed"],
  ["cancelled", "Cancelled"],
])("the status %s is an icon and the words “%s”", (status, words) => {
  const { container } = render(<StatusBadge status={status} progress={40} />);
  expect(container.textContent).toBe(words);
  expect(container.querySelector("svg[aria-hidden]")).not.toBeNull();
});

function showPill() {
  const { rerender } = render(<ConnectionPill />, {
    wrapper: ({ children }) => <MantineProvider env="test">{children}</MantineProvider>,
  });
  return (state: ConnectionState, milliseconds: number) => {
    connection.state = state;
    rerender(<ConnectionPill />);
    act(() => {
      vi.advanceTimersByTime(milliseconds);
    });
    return screen.getByRole("status").textContent.trim();
  };
}

test("a lost connection is said after a second, then that all is caught up, then nothing", () => {
  const after = showPill();
  expect(after("connected", 100)).toBe("");
  expect(after("reconnecting", 900)).toBe("");
  expect(after("reconnecting", 200)).toBe("Reconnecting");
  expect(after("connected", 100)).toBe("All caught up");
  expect(after("connected", 3_000)).toBe("");
});

test("a hiccup shorter than a second is not worth a word", () => {
  const after = showPill();
  expect(after("reconnecting", 500)).toBe("");
  expect(after("connected", 5_000)).toBe("");
});
