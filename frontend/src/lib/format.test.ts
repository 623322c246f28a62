import { expect, test, vi } from "vitest";

import { formatCountdown, formatDuration, formatRelative } from "./format";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const plain = (text: string) => text.replaceAll("\u00a0", " ");

test.each([
  [0, "0 s"],
  [-500, "0 s"],
  [420, "0.4 s"],
  [9_940, "9.9 s"],
  [9_960, "10 s"],
  [59_600, "1 min"],
  [185_000, "3 min 5 s"],
  [7_800_000, "2 h 10 min"],
  [90_000_000, "1 d 1 h"],
])("%d ms reads as %s", (milliseconds, words) => {
  expect(plain(formatDuration(milliseconds))).toBe(words);
});

test("a countdown rounds up and never shows zero", () => {
  expect(plain(formatCountdown(5_100))).toBe("6 s");
  expect(plain(formatCountdown(0))).toBe("1 s");
});

test.each([
  ["2026-03-10T11:59:55Z", "just now"],
  ["2026-03-10T11:59:15Z", "45 seconds ago"],
  ["2026-03-10T11:55:00Z", "5 minutes ago"],
  ["2026-03-10T09:00:00Z", "3 hours ago"],
  ["2026-03-09T11:00:00Z", "yesterday"],
  ["2026-03-10T12:20:00Z", "in 20 minutes"],
])("%s is %s", (iso, words) => {
  expect(formatRelative(iso, NOW)).toBe(words);
});

test("a language of the browser's that there is not is passed over", async () => {
  vi.resetModules();
  vi.stubGlobal("navigator", { languages: ["en-US@posix", "en-GB"] });
  const { formatNumber } = await import("./format");
  expect(formatNumber(1234)).toBe("1,234");
  vi.unstubAllGlobals();
});
