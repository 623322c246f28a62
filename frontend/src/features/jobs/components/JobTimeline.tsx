import { Skeleton, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { Appear } from "../../../components/ui/Appear";
import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { formatClockWithSeconds, formatDateTime } from "../../../lib/format";
import { jobEventsQuery } from "../job-queries";
import { timelineEntries } from "../timeline";
import { strings } from "../strings";
import classes from "./JobDetail.module.css";

export function JobTimeline({ jobId }: { jobId: string }) {
  const events = useQuery(jobEventsQuery(jobId));
  return (
    <section>
      <Title order={3}>{strings.detail.timeline}</Title>
      {events.error && <ErrorNotice error={events.error} onRetry={() => void events.refetch()} />}
      {!events.data && !events.error && (
        <Appear label={strings.detail.loading}>
          <Skeleton height={96} mt="xs" />
        </Appear>
      )}
      {events.data && (
        <ol className={classes.timeline}>
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
