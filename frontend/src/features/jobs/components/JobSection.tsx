import { Button, Checkbox, Text } from "@mantine/core";
import { useIntersection } from "@mantine/hooks";
import { useEffect, useId, useState } from "react";

import type { Job } from "../job-types";
import type { Selection } from "../selection";
import { strings } from "../strings";
import type { ListPart } from "../use-job-list";
import { GroupRows } from "./GroupRows";
import classes from "./JobList.module.css";
import { JobRow } from "./JobRow";

interface More extends ListPart {
  label: string;
  /** Loaded when the end comes into sight, too. */
  onSight?: boolean;
}

interface JobSectionProps {
  title: string;
  jobs: readonly Job[];
  /** What to say when there are none; null says nothing at all. */
  empty: string | null;
  more: readonly More[];
  now: number;
  selection: Selection;
  /** Groups can be opened. */
  tree: boolean;
}

export function JobSection({ title, jobs, empty, more, now, selection, tree }: JobSectionProps) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const heading = useId();
  const rest = more.filter(({ wanted, hasMore }) => wanted && hasMore);
  if (jobs.length === 0 && rest.length === 0 && empty === null) return null;
  const toggle = (id: string) =>
    setOpen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  return (
    <section aria-labelledby={heading}>
      <div className={classes.heading}>
        {jobs.length > 0 && <SelectShown title={title} jobs={jobs} selection={selection} />}
        <h2 id={heading}>{title}</h2>
      </div>
      {jobs.length === 0 && empty !== null && (
        <Text size="sm" c="dimmed">
          {empty}
        </Text>
      )}
      {jobs.length > 0 && (
        <ul className={classes.list} aria-labelledby={heading}>
          {jobs.map((job) => (
            <li key={job.job_id} data-job={job.job_id} data-status={job.status}>
              <JobRow
                job={job}
                now={now}
                selected={selection.has(job.job_id)}
                onSelect={selection.toggle}
                open={open.has(job.job_id)}
                {...(tree && { onToggle: toggle })}
              />
              {tree && open.has(job.job_id) && <GroupRows group={job} now={now} />}
            </li>
          ))}
        </ul>
      )}
      {rest.map((part) => (
        <MoreButton key={part.label} {...part} />
      ))}
    </section>
  );
}

function SelectShown({ title, jobs, selection }: Pick<JobSectionProps, "title" | "jobs" | "selection">) {
  const ids = jobs.map(({ job_id }) => job_id);
  const chosen = ids.filter(selection.has).length;
  return (
    <Checkbox
      size="xs"
      checked={chosen === ids.length}
      indeterminate={chosen > 0 && chosen < ids.length}
      onChange={() => selection.setAll(ids, chosen < ids.length)}
      aria-label={strings.selection.shown(title)}
    />
  );
}

function MoreButton({ label, onSight = false, hasMore, loadingMore, loadMore }: More) {
  const { ref, entry } = useIntersection({ rootMargin: "400px" });
  const inSight = onSight && (entry?.isIntersecting ?? false);
  useEffect(() => {
    if (inSight && hasMore && !loadingMore) loadMore();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a new function each time
  }, [inSight, hasMore, loadingMore]);
  return (
    <Button ref={ref} variant="default" className={classes.more} loading={loadingMore} onClick={loadMore}>
      {label}
    </Button>
  );
}
