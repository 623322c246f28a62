import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { Link } from "react-router";

import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { ProgressBar } from "../../../components/ui/ProgressBar";
import { StatusBadge } from "../../../components/ui/StatusBadge";
import { ApiProblem } from "../../../lib/api-problem";
import { useNow } from "../../../lib/use-now";
import { jobSentence } from "../job-sentence";
import { isFinished, shownStatus, type FullJob, type Job } from "../job-types";
import { strings } from "../strings";
import { useCancelWithNotice } from "../use-cancel-with-notice";
import classes from "./JobDetail.module.css";
import { JobFacts } from "./JobFacts";
import { JobTimeline } from "./JobTimeline";

export function JobDetail({ job }: { job: FullJob }) {
  const finished = isFinished(job.status);
  const now = useNow(finished ? 30_000 : 1_000);
  const sentence = jobSentence(job, now);
  return (
    <Stack gap="lg">
      <Stack gap="xs">
        <Title order={2}>{sentence.what}</Title>
        <Group gap="sm" className={classes.state}>
          <StatusBadge status={shownStatus(job)} progress={job.progress} />
          {!finished && (
            <Text size="sm" c="dimmed" aria-live="polite">
              {sentence.state}
            </Text>
          )}
        </Group>
        <ProgressBar value={job.progress} status={shownStatus(job)} label={sentence.what} />
      </Stack>
      {job.status === "failed" && <Failure job={job} />}
      {(!finished || job.canvas_id) && <Actions job={job} finished={finished} />}
      <Instructions job={job} />
      <JobFacts job={job} now={now} />
      <JobTimeline jobId={job.job_id} />
    </Stack>
  );
}

function Failure({ job }: { job: Job }) {
  const message = job.error?.message ?? strings.state.failedNoReason;
  const reference = job.error?.correlation_id ?? job.job_id;
  return <ErrorNotice error={new ApiProblem(500, job.error?.code ?? "", message, {}, reference)} />;
}

function Actions({ job, finished }: { job: Job; finished: boolean }) {
  const cancel = useCancelWithNotice();
  return (
    <Group gap="xs">
      {job.canvas_id && (
        <Button
          component={Link}
          to={`/canvas/${job.canvas_id}`}
          size="sm"
          leftSection={<IconPencil size={16} aria-hidden />}
        >
          {strings.detail.openCanvas}
        </Button>
      )}
      {!finished && (
        <Button
          size="sm"
          variant="default"
          disabled={job.cancel_requested}
          onClick={() => cancel(job.job_id)}
        >
          {strings.cancel}
        </Button>
      )}
    </Group>
  );
}

function Instructions({ job }: { job: FullJob }) {
  const text = job.request_data["instructions"];
  if (typeof text !== "string") return null;
  return (
    <section>
      <Title order={3} mb={4}>
        {strings.detail.instructions}
      </Title>
      <div className={classes.instructions}>{text}</div>
    </section>
  );
}
