import { Button, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconListCheck } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, Outlet, useSearchParams } from "react-router";

import { Appear } from "../../../components/ui/Appear";
import { EmptyState } from "../../../components/ui/EmptyState";
import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { usePageTitle } from "../../../lib/use-page-title";
import { jobsQuery } from "../job-queries";
import { JOB_STATUSES, type JobStatus } from "../job-types";
import { strings } from "../strings";
import { JobFilters } from "./JobFilters";
import { JobList } from "./JobList";
import classes from "./JobsPage.module.css";

export function JobsPage() {
  usePageTitle(strings.title);
  const status = useStatusFilter();
  return (
    <div className={classes.page}>
      <div>
        <Title order={1}>{strings.title}</Title>
        <Text c="dimmed" size="sm">
          {strings.lead}
        </Text>
      </div>
      <JobFilters current={status} />
      <Jobs key={status} status={status} />
      <Outlet />
    </div>
  );
}

function useStatusFilter(): JobStatus | null {
  const [search] = useSearchParams();
  return JOB_STATUSES.find((status) => status === search.get("status")) ?? null;
}

function Jobs({ status }: { status: JobStatus | null }) {
  const jobs = useInfiniteQuery(jobsQuery(status));
  if (jobs.error && !jobs.data) return <ErrorNotice error={jobs.error} onRetry={() => void jobs.refetch()} />;
  if (!jobs.data) return <Loading />;
  const items = jobs.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <NoJobs filtered={status !== null} />;
  return (
    <>
      <JobList jobs={items} />
      {jobs.hasNextPage && (
        <Button
          variant="default"
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

function Loading() {
  return (
    <Appear label={strings.loading}>
      <Stack gap={1}>
        {[0, 1, 2, 3].map((row) => (
          <Skeleton key={row} height={64} radius="md" />
        ))}
      </Stack>
    </Appear>
  );
}

function NoJobs({ filtered }: { filtered: boolean }) {
  const words = strings.empty;
  return filtered ? (
    <EmptyState
      icon={IconListCheck}
      title={words.filteredTitle}
      description={words.filteredText}
      action={
        <Button component={Link} to="/jobs" variant="default">
          {words.filteredAction}
        </Button>
      }
    />
  ) : (
    <EmptyState
      icon={IconListCheck}
      title={words.title}
      description={words.text}
      action={
        <Button component={Link} to="/">
          {words.action}
        </Button>
      }
    />
  );
}
