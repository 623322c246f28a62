import { IconArrowUp, IconArrowDown } from "@tabler/icons-react";
import { Link, useSearchParams } from "react-router";

import { filtersIn, searchOf, withFilter } from "../filters";
import type { Job } from "../job-types";
import { strings } from "../strings";
import classes from "./JobList.module.css";

/** What sets a job apart: a priority that is not the usual one, and its tags, each a filter. */
export function JobTraits({ job }: { job: Job }) {
  const [search] = useSearchParams();
  if (job.priority === "normal" && job.tags.length === 0) return null;
  const filters = filtersIn(search);
  const Arrow = job.priority === "low" ? IconArrowDown : IconArrowUp;
  return (
    <span className={classes.traits}>
      {job.priority !== "normal" && (
        <span className={classes.trait} data-priority={job.priority}>
          <Arrow size={12} aria-hidden />
          {strings.priorityIs(strings.priority[job.priority])}
        </span>
      )}
      {job.tags.map((tag) => (
        <Link
          key={tag}
          className={classes.trait}
          to={{ pathname: "/jobs", search: searchOf(withFilter(filters, "tag", tag)) }}
          aria-label={strings.tag(tag)}
        >
          {tag}
        </Link>
      ))}
    </span>
  );
}
