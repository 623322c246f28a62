import { Group, Stack, Text, Title } from "@mantine/core";

import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { ProgressBar } from "../../../components/ui/ProgressBar";
import { StatusBadge } from "../../../components/ui/StatusBadge";
import { ApiProblem } from "../../../lib/api-problem";
import { useNow } from "../../../lib/use-now";
import { usePageTitle } from "../../../lib/use-page-title";
import { jobSentence, stateWords } from "../job-sentence";
import { isFinished, shownStatus, type FullJob, type Job } from "../job-types";
import { strings } from "../strings";
import { JobDetailActions } from "./JobDetailActions";
import classes from "./JobDetail.module.css";
import { JobFacts } from "./JobFacts";
import { JobHistory } from "./JobHistory";
import { JobFamily } from "./JobFamily";
import { JobRequest, JobResult } from "./JobTexts";
import { NoWorker } from "./NoWorker";
import { TimelinePicture } from "./TimelinePicture";
import { Tracebacks } from "./Tracebacks";
import { WhyItWaits } from "./WhyItWaits";

/** All about one job. `page`: it is the whole page, not a drawer over the list. */
export function JobDetail({ job, page = false }: { job: FullJob; page?: boolean }) {
  const finished = isFinished(job.status);
  const now = useNow(finished ? 30_000 : 1_000);
  const sentence = jobSentence(job, now);
  const title = [sentence.what, sentence.about].filter(Boolean).join(" · ");
  usePageTitle(title);
  return (
    <Stack gap="lg">
      <Stack gap="xs">
        <Title order={page ? 1 : 2} className={classes.title}>
          {title}
        </Title>
        <Group gap="sm" className={classes.state}>
          <StatusBadge status={shownStatus(job)} progress={job.progress} />
          {job.status !== "failed" && (
            <Text size="sm" c="dimmed">
              {stateWords(job, now, false)}
            </Text>
          )}
        </Group>
        <ProgressBar value={job.progress} status={shownStatus(job)} label={sentence.what} />
      </Stack>
      {job.status === "failed" && <Failure job={job} />}
      <JobDetailActions job={job} />
      {page && job.status === "queued" && <NoWorker />}
      <WhyItWaits job={job} now={now} />
      <TimelinePicture job={job} now={now} />
      <JobFacts job={job} now={now} />
      <JobFamily job={job} now={now} />
      <JobRequest job={job} />
      <JobResult job={job} />
      <JobHistory jobId={job.job_id} />
      <Tracebacks job={job} />
    </Stack>
  );
}

function Failure({ job }: { job: Job }) {
  const message = job.error?.message ?? strings.state.failedNoReason;
  const reference = job.error?.correlation_id ?? job.job_id;
  return <ErrorNotice error={new ApiProblem(500, job.error?.code ?? "", message, {}, reference)} />;
}
