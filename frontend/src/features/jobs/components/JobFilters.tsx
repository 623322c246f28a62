import { Link } from "react-router";

import { JOB_STATUSES, type JobStatus } from "../job-types";
import { strings } from "../strings";
import classes from "./JobFilters.module.css";

/** The filter is in the address, so that it can be bookmarked and Back undoes it. */
export function JobFilters({ current }: { current: JobStatus | null }) {
  return (
    <nav aria-label={strings.filters} className={classes.filters}>
      {[null, ...JOB_STATUSES].map((status) => (
        <Link
          key={status ?? "all"}
          to={status ? `/jobs?status=${status}` : "/jobs"}
          className={classes.chip}
          aria-current={status === current ? "true" : undefined}
        >
          {status ? strings.status[status] : strings.all}
        </Link>
      ))}
    </nav>
  );
}
