import { formatClock } from "../../lib/format";
import type { FullJob, Job } from "./job-types";
import { strings } from "./strings";

/** The time in the server's sentence about a provider. */
export const SERVERS_CLOCK = /\d\d:\d\d UTC/;

/**
 * "The provider … is asking us to slow down. Your job waits until 14:32 …", by the clock of whoever reads it: nothing where no
 * provider is waited for.
 */
export function providerWait(job: Job | FullJob): string | null {
  if (job.status !== "queued" || !("waiting_for" in job)) return null;
  const cause = job.waiting_for.find((each) => each.cause === "provider");
  if (!cause) return null;
  if (!cause.until) return cause.message;
  const time = formatClock(cause.until);
  return SERVERS_CLOCK.test(cause.message)
    ? cause.message.replace(SERVERS_CLOCK, time)
    : strings.providerWait(cause.message, time);
}
