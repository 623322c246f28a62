import type { NoticeSettings } from "../notice-types";

/** Whether it is quiet at this moment, by the clock of this machine. Hours may go over midnight; the end is not in them. */
export function isQuiet(hours: NoticeSettings["quiet_hours"], at: Date): boolean {
  if (!hours) return false;
  const now = at.getHours() * 60 + at.getMinutes();
  const [start, end] = [minutes(hours.start), minutes(hours.end)];
  return start < end ? now >= start && now < end : now >= start || now < end;
}

function minutes(time: string): number {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return hour * 60 + minute;
}
