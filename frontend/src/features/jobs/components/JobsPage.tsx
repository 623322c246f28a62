import { Text, Title } from "@mantine/core";
import { Outlet, useLocation, useParams } from "react-router";

import { usePageTitle } from "../../../lib/use-page-title";
import { useSession } from "../../accounts/session";
import { seesAll } from "../job-actions";
import { isOverList } from "../over-list";
import { strings } from "../strings";
import { JobBoard } from "./JobBoard";
import { JobFilters } from "./JobFilters";
import classes from "./JobsPage.module.css";
import { NoWorker } from "./NoWorker";
import { Overview } from "./Overview";
import { WhoseJobs } from "./WhoseJobs";

/** The list, with a job over it if one was opened from there. The address of a job alone is a page of its own. */
export function JobsPage() {
  usePageTitle(strings.title);
  const { user } = useSession();
  const { jobId } = useParams();
  const over = isOverList(useLocation().state);
  if (jobId && !over) return <Outlet />;
  return (
    <div className={classes.page}>
      <header className={classes.header}>
        <div>
          <Title order={1}>{strings.title}</Title>
          <Text c="dimmed" size="sm">
            {seesAll(user) ? strings.leadStaff : strings.lead}
          </Text>
        </div>
        <WhoseJobs />
      </header>
      <NoWorker />
      <Overview />
      <JobFilters />
      <JobBoard />
      <Outlet />
    </div>
  );
}
