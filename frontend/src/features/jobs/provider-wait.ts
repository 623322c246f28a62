import { formatClock } from "../../lib/format";
import type { FullJob, Job } from "./job-types";
import { strings } from "./strings";

/** "The provider … is asking us to slow down. Your job waits until 14:32 …": nothing where no provider is waited for. */
export function providerWait(job: Job | FullJob): string | null {
  if (job.status !== "queued" || !("waiting_for" in job)) return null;
  const cause = job.waiting_for.find((each) => each.cause === "provider");
  if (!cause) return null;
  return cause.until ? strings.providerWait(cause.message, formatClock(cause.until)) : cause.message;
}
