import { formatTokens, formatUsd } from "../../lib/amounts";
import type { FullJob, Job } from "./job-types";
import { strings } from "./strings";

/** What the models took, for the facts of a job; nothing for a job that asked none. */
export function costRow(job: Job | FullJob): [string, string][] {
  if (!("cost" in job) || !job.cost) return [];
  const { calls, tokens_in, tokens_out, usd } = job.cost;
  const words = strings.detail.cost;
  return [[words.term, words.value(formatTokens(tokens_in + tokens_out), formatUsd(usd), calls)]];
}
