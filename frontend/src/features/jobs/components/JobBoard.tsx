import { useRef, useState } from "react";

import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { useNow } from "../../../lib/use-now";
import { isFiltered } from "../filters";
import { JobOrder } from "../job-order";
import { isFinished } from "../job-types";
import { useSelection } from "../selection";
import { strings } from "../strings";
import { useFilters } from "../use-filters";
import { useHeld } from "../use-held";
import { useJobActions } from "../use-job-actions";
import { useJobList } from "../use-job-list";
import { useListKeys } from "../use-list-keys";
import { BulkBar } from "./BulkBar";
import { JobSection } from "./JobSection";
import { ListLoading, NoJobs, SearchIsLate } from "./ListStates";
import classes from "./JobList.module.css";

const WHILE_COUNTING_MS = 1_000;
const OTHERWISE_MS = 30_000;

/** The jobs that the address asks for: what runs and waits, then what has ended. */
export function JobBoard() {
  const { filters } = useFilters();
  const list = useRef<HTMLDivElement>(null);
  const { jobs, outdated, error, retry, total, foundUntil, parts } = useJobList(filters);
  const [order] = useState(() => new JobOrder());
  const counting = jobs?.some(({ status }) => !isFinished(status)) ?? false;
  const now = useNow(counting ? WHILE_COUNTING_MS : OTHERWISE_MS);
  const held = useHeld(list);
  const ages = useNow(OTHERWISE_MS);
  const shown = order.arrange(jobs ?? [], now, held);
  const rows = useSameWhileEqual([...shown.active, ...shown.finished].map(({ job_id }) => job_id));
  const selection = useSelection(rows, filters);
  useBoardKeys(list, jobs ?? [], selection);
  if (error) return <ErrorNotice error={error} onRetry={retry} />;
  if (!jobs) return <ListLoading />;
  const filtered = isFiltered(filters);
  const late = filtered && foundUntil ? <SearchIsLate until={foundUntil} /> : null;
  if (jobs.length === 0) return <NoJobs filtered={filtered} note={late} />;
  const common = { selection, tree: !filtered };
  return (
    <div ref={list} className={classes.board} data-outdated={outdated || undefined}>
      {late}
      <JobSection
        {...common}
        now={now}
        title={strings.active}
        jobs={shown.active}
        empty={filters.status ? null : strings.empty.nothingActive}
        more={[
          { ...parts.running, label: strings.moreRunning },
          { ...parts.waiting, label: strings.moreWaiting },
        ]}
      />
      <JobSection
        {...common}
        now={ages}
        title={strings.finished}
        jobs={shown.finished}
        empty={null}
        more={[{ ...parts.finished, label: strings.more, onSight: true }]}
      />
      <BulkBar selection={selection} jobs={jobs} filters={filters} total={total} />
    </div>
  );
}

type Rows = NonNullable<ReturnType<typeof useJobList>["jobs"]>;

function useBoardKeys(
  list: React.RefObject<HTMLElement | null>,
  jobs: Rows,
  selection: ReturnType<typeof useSelection>,
) {
  const actions = useJobActions();
  const may = (id: string, action: "cancel" | "retry") =>
    jobs.some((job) => job.job_id === id && job.actions.includes(action));
  useListKeys(list, {
    toggle: selection.toggle,
    cancel: (id) => may(id, "cancel") && actions.cancel(id),
    retry: (id) => may(id, "retry") && actions.retry(id),
    escape: () => {
      if (selection.size === 0) return false;
      selection.clear();
      return true;
    },
  });
}

/** The same array as before while it has the same entries, so that what depends on it stays. */
function useSameWhileEqual(next: string[]): string[] {
  const [kept, setKept] = useState(next);
  const same = kept.length === next.length && kept.every((id, place) => id === next[place]);
  if (!same) setKept(next);
  return same ? kept : next;
}
