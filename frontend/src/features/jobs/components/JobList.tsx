import { useRef, type KeyboardEvent } from "react";

import { useNow } from "../../../lib/use-now";
import { isFinished, type Job } from "../job-types";
import { strings } from "../strings";
import classes from "./JobList.module.css";
import { JobRow } from "./JobRow";

const WHILE_COUNTING_MS = 1_000;
const OTHERWISE_MS = 30_000;

/** j and k walk through the rows; Enter opens one, as on any link. */
export function JobList({ jobs }: { jobs: readonly Job[] }) {
  const list = useRef<HTMLUListElement>(null);
  const counting = jobs.some(({ status }) => !isFinished(status));
  const now = useNow(counting ? WHILE_COUNTING_MS : OTHERWISE_MS);
  const walk = (event: KeyboardEvent) => {
    if (event.key !== "j" && event.key !== "k") return;
    const links = [...(list.current?.querySelectorAll<HTMLElement>("a[data-row]") ?? [])];
    const here = links.findIndex((link) => link.closest("li")?.contains(document.activeElement));
    links[Math.max(0, Math.min(links.length - 1, here + (event.key === "j" ? 1 : -1)))]?.focus();
  };
  return (
    <ul ref={list} className={classes.list} aria-label={strings.list} onKeyDown={walk}>
      {jobs.map((job) => (
        <JobRow key={job.job_id} job={job} now={now} />
      ))}
    </ul>
  );
}
