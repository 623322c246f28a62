import { expect, test } from "vitest";

import { aJob } from "../../test/jobs";
import { bandWords, estimateWords } from "./estimate-words";
import type { Estimate } from "./job-types";

const NOW = Date.parse("2026-01-01T10:00:00Z");
const after = (seconds: number) => new Date(NOW + seconds * 1_000).toISOString();
const band = (from: number, to: number, typical = (from + to) / 2) => ({
  ...{ from: after(from), to: after(to) },
  typical: after(typical),
});
const plain = (text: string | null) => text?.replaceAll("\u00a0", " ") ?? null;
const none: Estimate = {
  position: null,
  ahead: null,
  at_least: false,
  position_reason: null,
  start: null,
  finish: null,
  basis: "From the last 200 jobs of this type.",
  why_unknown: null,
};

test.each([
  [-30, 2, "any moment"],
  [0, 40, "within 40 s"],
  [20, 45, "in about 20–45 s"],
  [130, 235, "in about 2–4 min"],
  [170, 175, "in about 3 min"],
  [3_600, 3 * 3_600, "in about 1–3 h"],
  [86_400, 3 * 86_400, "in about 1–3 d"],
])("from %d s to %d s reads %s", (from, to, words) => {
  expect(plain(bandWords(band(from, to), NOW))).toBe(words);
});

test("a job that waits says its place and its start, one that runs its end, a finished one nothing", () => {
  const estimate = { ...none, position: 1_200, start: band(130, 235), finish: band(200, 290) };
  expect(plain(estimateWords(aJob({ estimate }), NOW))).toMatch(
    /^place 1,200 · starts in about 2–4 min, ends between \d\d:03 (AM )?and \d\d:04/,
  );
  expect(plain(estimateWords(aJob({ estimate, status: "processing" }), NOW))).toBe("ends in about 3–5 min");
  expect(estimateWords(aJob({ estimate, status: "completed" }), NOW)).toBeNull();
});

test("what is not known is not said", () => {
  expect(estimateWords(aJob({ estimate: { ...none, why_unknown: "paused" } }), NOW)).toBeNull();
  expect(estimateWords(aJob({ estimate: { ...none, position: 1_000, at_least: true } }), NOW)).toBe(
    "place 1,000 or later",
  );
});

test("a band that is too wide to say anything gives way to when it mostly happens", () => {
  const estimate = { ...none, position: 1, start: band(0, 28_800, 40), finish: band(30, 28_830, 70) };
  expect(plain(estimateWords(aJob({ estimate }), NOW))).toMatch(
    /^place 1 · starts mostly in about 40 s, ends about \d\d:01( AM)?, at times much later$/,
  );
  expect(plain(estimateWords(aJob({ estimate, status: "processing" }), NOW))).toBe(
    "ends mostly in about 70 s, at times much later",
  );
});
