import { formatNumber } from "../../lib/format";
import type { BulkAnswer, BulkRequest } from "./job-actions";
import { strings } from "./strings";

/** What became of many jobs, in sentences: "48 are queued again. 2 were left as they are: 2 already done." */
export function bulkWords(
  action: BulkRequest["action"],
  { done, skipped }: Pick<BulkAnswer, "done" | "skipped">,
): string {
  const words = strings.bulk;
  const sentences = [done === 0 ? words.none : words.done[action](formatNumber(done), done === 1)];
  if (skipped.length > 0) {
    const left = words.left(formatNumber(skipped.length), skipped.length === 1);
    sentences.push(`${left}: ${reasons(skipped).join(", ")}`);
  }
  return `${sentences.join(". ")}.`;
}

function reasons(skipped: BulkAnswer["skipped"]): string[] {
  const counts = new Map<string, number>();
  for (const { reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([reason, count]) =>
      strings.bulk.reason(formatNumber(count), strings.bulk.reasons[reason] ?? strings.bulk.otherReason),
    );
}
