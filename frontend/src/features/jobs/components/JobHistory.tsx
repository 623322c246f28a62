import { Skeleton, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { Appear } from "../../../components/ui/Appear";
import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { formatClockWithSeconds, formatDateTime } from "../../../lib/format";
import { jobEventsQuery } from "../job-queries";
import { strings } from "../strings";
import { timelineEntries } from "../timeline";
import classes from "./JobDetail.module.css";

/** What happened, event by event. */
export function JobHistory({ jobId }: { jobId: string }) {
  const events = useQuery(jobEventsQuery(jobId));
  return (
    <section>
      <Title order={3}>{strings.detail.events}</Title>
      {events.error && <ErrorNotice error={events.error} onRetry={() => void events.refetch()} />}
      {!events.data && !events.error && (
        <Appear label={strings.detail.loading}>
          <Skeleton height={96} mt="xs" />
        </Appear>
      )}
      {events.data && (
        <ol className={classes.timeline} aria-label={strings.detail.events}>
          {timelineEntries(events.data).map((entry) => (
            <li key={entry.seq} className={classes.event} data-type={entry.type}>
              <time dateTime={entry.at} title={formatDateTime(entry.at)}>
                {formatClockWithSeconds(entry.at)}
              </time>
              <p>{entry.text}</p>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
