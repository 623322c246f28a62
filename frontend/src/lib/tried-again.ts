import type { JobEvent } from "./socket-events";

/** Queued again because an attempt has failed; not because what it needs is busy, or on its way: that spends no attempt. */
export function isTriedAgain(event: JobEvent): boolean {
  const reason = event.data?.reason;
  const waits = typeof reason === "string" && (reason === "snoozed" || reason.startsWith("provider:"));
  return event.type === "retrying" && !waits;
}
