import { notifications } from "@mantine/notifications";
import { useRef, useState } from "react";

import { asProblem } from "../../lib/api-problem";
import { useSession } from "../accounts/session";
import { bulkWords } from "./bulk-words";
import { queryOf, type JobFilters } from "./filters";
import { useBulkAction, type BulkAnswer, type BulkRequest } from "./job-actions";
import type { Priority } from "./job-types";
import { strings } from "./strings";

const PORTION = 500; // jobs of one request: small enough that there is progress to be seen

type Action = BulkRequest["action"];
/** The jobs that are meant: by their ids, or all that a filter finds. */
export type Target = { ids: readonly string[] } | { filter: JobFilters };

export interface Bulk {
  /** How many are done while it works; null when it doesn't. */
  working: number | null;
  run: (action: Action, target: Target, priority?: Priority) => Promise<void>;
  /** After the step that is under way. */
  stop: () => void;
}

/** The same for many jobs. A filter is worked off in requests, as many as it takes; then it is said what came of it. */
export function useBulk(): Bulk {
  const { mutateAsync: send } = useBulkAction();
  const me = useSession().user?.id;
  const [working, setWorking] = useState<number | null>(null);
  const stopped = useRef(false);

  const isStopped = () => stopped.current;

  const run = async (action: Action, target: Target, priority?: Priority) => {
    const total: BulkAnswer = { done: 0, skipped: [], more: false, dry_run: false };
    const rest = stepsOf(target, me);
    stopped.current = false;
    setWorking(0);
    try {
      for (let step = rest.shift(); step && !isStopped(); step = rest.shift()) {
        const answer = await send({ ...step, action, ...(priority && { priority }) });
        if (answer.more && answer.done > 0) rest.unshift(step);
        total.done += answer.done;
        total.skipped.push(...answer.skipped);
        setWorking(total.done);
      }
      report(action, total);
    } catch (error) {
      const before = total.done > 0 ? `${bulkWords(action, total)} ` : "";
      const message = before + asProblem(error).message;
      notifications.show({ title: strings.failedTo[action], message, color: "red" });
    } finally {
      setWorking(null);
    }
  };
  return { working, run, stop: () => void (stopped.current = true) };
}

/** The requests that it takes: ids in portions, a filter once and again while it finds more. */
function stepsOf(target: Target, me: string | undefined): Pick<BulkRequest, "ids" | "filter">[] {
  if ("filter" in target) return [{ filter: queryOf(target.filter, me) }];
  const portions: Pick<BulkRequest, "ids">[] = [];
  for (let start = 0; start < target.ids.length; start += PORTION) {
    portions.push({ ids: target.ids.slice(start, start + PORTION) });
  }
  return portions;
}

function report(action: Action, total: BulkAnswer): void {
  const whole = total.skipped.length === 0;
  notifications.show({
    message: bulkWords(action, total),
    color: total.done === 0 ? "red" : whole ? "green" : "yellow",
    autoClose: whole ? 4_000 : 10_000,
  });
}
