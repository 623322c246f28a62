import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";

import { Appear } from "../../../components/ui/Appear";
import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { useSession } from "../../accounts/session";
import { jobsQuery } from "../job-queries";
import type { Job } from "../job-types";
import { strings } from "../strings";
import classes from "./JobList.module.css";
import { JobRow } from "./JobRow";

/** The jobs of a group, below it. */
export function GroupRows({ group, now }: { group: Job; now: number }) {
  const jobs = useInfiniteQuery(jobsQuery("all", { parent: group.job_id }, useSession().user?.id));
  if (jobs.error && !jobs.data) return <ErrorNotice error={jobs.error} onRetry={() => void jobs.refetch()} />;
  if (!jobs.data) {
    return (
      <Appear label={strings.loading}>
        <Skeleton height={56} />
      </Appear>
    );
  }
  const items = jobs.data.pages.flatMap((page) => page.items);
  return (
    <>
      <ul
        className={classes.children}
        aria-label={strings.childrenOf(group.summary ?? strings.typeName(group.job_type))}
      >
        {items.map((job) => (
          <li key={job.job_id} data-job={job.job_id} data-status={job.status}>
            <JobRow job={job} now={now} selected={false} />
          </li>
        ))}
      </ul>
      {jobs.hasNextPage && (
        <Button
          variant="subtle"
          size="compact-sm"
          className={classes.more}
          loading={jobs.isFetchingNextPage}
          onClick={() => void jobs.fetchNextPage()}
        >
          {strings.more}
        </Button>
      )}
    </>
  );
}
