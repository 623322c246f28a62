import { Link } from "react-router";

import { searchOf, withFilter } from "../filters";
import { JOB_STATUSES } from "../job-types";
import { strings } from "../strings";
import { useFilters } from "../use-filters";
import { FilterChips } from "./FilterChips";
import { FilterMenu } from "./FilterMenu";
import classes from "./JobFilters.module.css";
import { JobSearch } from "./JobSearch";

/** Search, status, everything else behind a button; what is in force stands below as chips that can be taken away. */
export function JobFilters() {
  const { filters } = useFilters();
  return (
    <div className={classes.filters}>
      <JobSearch />
      <FilterMenu />
      <nav aria-label={strings.filters} className={classes.chips}>
        {[null, ...JOB_STATUSES].map((status) => (
          <Link
            key={status ?? "all"}
            to={{ pathname: "/jobs", search: searchOf(withFilter(filters, "status", status)) }}
            className={classes.chip}
            aria-current={status === (filters.status ?? null) ? "true" : undefined}
          >
            {status ? strings.status[status] : strings.all}
          </Link>
        ))}
      </nav>
      <FilterChips />
    </div>
  );
}
