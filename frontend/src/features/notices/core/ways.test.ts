import { expect, test } from "vitest";

import type { Notice, NoticeSettings } from "../notice-types";
import { lookingAt } from "./looking";
import { isQuiet } from "./quiet-hours";
import { waysFor } from "./ways";

const SETTINGS: NoticeSettings = {
  events: { job_completed: true, job_failed: true, job_cancelled: true },
  ways: { toast: true, browser: true, sound: true },
  quiet_hours: null,
};
const NOTICE: Notice = {
  id: "n",
  kind: "job_completed",
  title: "Create canvas",
  body: null,
  job_id: "j",
  canvas_id: "c",
  created_at: "2026-01-01T10:00:00Z",
  read_at: null,
};
const NOON = new Date(2026, 0, 1, 12);

function ways(path: string, isVisible: boolean, settings: Partial<NoticeSettings> = {}, at = NOON) {
  return waysFor(NOTICE, { ...SETTINGS, ...settings }, lookingAt(path, isVisible), at);
}

test("who looks at the canvas or at the job is not disturbed at all", () => {
  const quiet = { seen: true, toast: false, browser: false, sound: false };
  expect(ways("/canvas/c", true)).toEqual(quiet);
  expect(ways("/jobs/j", true)).toEqual(quiet);
  expect(ways("/canvas/c", false)).toMatchObject({ seen: false, browser: true, sound: true });
  expect(ways("/canvas/other", true)).toMatchObject({ seen: false, toast: true });
});

test("the browser tells what the page cannot, and the page what is in sight", () => {
  expect(ways("/", true)).toMatchObject({ toast: true, browser: false, sound: true });
  expect(ways("/", false)).toMatchObject({ browser: true });
});

test("in quiet hours there is neither sound nor a notice of the browser", () => {
  const quiet_hours = { start: "11:00", end: "13:00" };
  expect(ways("/", false, { quiet_hours })).toMatchObject({ toast: true, browser: false, sound: false });
  expect(ways("/", false, { quiet_hours }, new Date(2026, 0, 1, 13))).toMatchObject({ browser: true });
});

test("what is switched off stays off", () => {
  const off = { toast: false, browser: false, sound: false };
  expect(ways("/", false, { ways: off })).toEqual({ seen: false, ...off });
});

test("quiet hours go over midnight", () => {
  const night = { start: "22:00", end: "07:30" };
  const quietAt = (hour: number, minute = 0) => isQuiet(night, new Date(2026, 0, 1, hour, minute));
  expect([quietAt(22), quietAt(3), quietAt(7, 29)]).toEqual([true, true, true]);
  expect([quietAt(7, 30), quietAt(12), quietAt(21, 59)]).toEqual([false, false, false]);
  expect(isQuiet(null, NOON)).toBe(false);
});
