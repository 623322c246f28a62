import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";

import { ProgressBar } from "../../../components/ui/ProgressBar";
import { StatusBadge } from "../../../components/ui/StatusBadge";
import { useNow } from "../../../lib/use-now";
import { aiAgentService } from "../../jobs/ai-agent-service";
import { isFinished, type JobState } from "../../jobs/ai-job-log";
import { jobQuery, useCancelJob } from "../../jobs/job-queries";
import { errorOf, jobWords, NEEDS_MODEL, shortInstruction } from "../job-words";
import { PLAIN_EXAMPLES, strings } from "../strings";
import type { DrawingMode, DrawingRequest } from "../use-drawing-requests";
import { requestOf } from "../request-of";
import { Instruction } from "./Instruction";
import classes from "./JobCard.module.css";

const TICK_MS = 500;

interface JobCardProps {
  job: JobState;
  /** What was asked for, where this page knows it already. */
  asked: DrawingRequest | undefined;
  canShow: boolean;
  onShow: () => void;
  onAgain: (request: DrawingRequest) => void;
  /** Puts a text in the prompt box. */
  onPrompt: (text: string, mode: DrawingMode) => void;
}

/** One entry of the conversation: what was asked for, how far it is, and what can be done. */
export function JobCard({ job, asked, canShow, onShow, onAgain, onPrompt }: JobCardProps) {
  const detail = useQuery({ ...jobQuery(job.jobId), enabled: asked === undefined }).data;
  const request = asked ?? (detail ? requestOf(detail) : null);
  const result = useResult(job);
  const now = useNow(isFinished(job) ? null : TICK_MS);
  const words = jobWords(job, result, now);
  const name = shortInstruction(request?.instructions ?? null);
  return (
    <article className={classes.card} aria-label={name}>
      <Instruction text={request?.instructions ?? detail?.summary ?? strings.job.drawing} />
      <div className={classes.state}>
        <StatusBadge status={words.status} progress={job.progress} />
        {words.clock && <span className={classes.clock}>{words.clock}</span>}
      </div>
      {!isFinished(job) && (
        <ProgressBar
          key={`${job.jobId} ${job.startedAt}`}
          value={job.progress}
          status={words.status}
          label={strings.job.progressOf(name)}
        />
      )}
      <p className={classes.sentence}>{words.sentence}</p>
      <JobActions {...{ job, request, canShow, onShow, onAgain, onPrompt }} />
    </article>
  );
}

interface JobActionsProps extends Omit<JobCardProps, "asked"> {
  request: DrawingRequest | null;
}

function JobActions({ job, request, canShow, onShow, onAgain, onPrompt }: JobActionsProps) {
  const needsModel = errorOf(job)?.code === NEEDS_MODEL;
  return (
    <>
      {needsModel && (
        <div className={classes.hint}>
          <span>{strings.job.needsModelHint}</span>
          <button type="button" onClick={() => onPrompt(PLAIN_EXAMPLES[0], "create")}>
            {PLAIN_EXAMPLES[0]}
          </button>
        </div>
      )}
      <Group gap="xs" className={classes.actions}>
        {!isFinished(job) && <CancelButton jobId={job.jobId} />}
        {canShow && (
          <Button size="compact-xs" variant="default" onClick={onShow}>
            {strings.job.show}
          </Button>
        )}
        {job.status === "completed" && (
          <Button size="compact-xs" variant="default" onClick={() => onPrompt("", "modify")}>
            {strings.job.follow}
          </Button>
        )}
        {isFinished(job) && request && !needsModel && (
          <Button
            size="compact-xs"
            variant={job.status === "completed" ? "subtle" : "default"}
            color={job.status === "completed" ? "gray" : undefined}
            onClick={() => onAgain(request)}
          >
            {job.status === "completed" ? strings.job.again : strings.job.retry}
          </Button>
        )}
        <Button
          component={Link}
          to={`/jobs/${job.jobId}`}
          size="compact-xs"
          variant="subtle"
          color="gray"
          className={classes.details}
        >
          {strings.job.details}
        </Button>
      </Group>
    </>
  );
}

function CancelButton({ jobId }: { jobId: string }) {
  const cancel = useCancelJob();
  const [problem, setProblem] = useState<string | null>(null);
  const isStopping = cancel.isPending || cancel.isSuccess;
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        disabled={isStopping}
        onClick={() =>
          cancel.mutate(jobId, {
            onError: (error) => setProblem(error.message),
            onSuccess: () => setProblem(null),
          })
        }
      >
        {isStopping ? strings.job.stopping : strings.job.cancel}
      </Button>
      {problem && (
        <span role="alert" className={classes.problem}>
          {strings.job.cancelFailed}: {problem}
        </span>
      )}
    </>
  );
}

/** The event that ends a job may carry the result; otherwise it is asked for, once. */
function useResult(job: JobState): Readonly<Record<string, unknown>> | null {
  const carried = job.outcome && "engine" in job.outcome ? job.outcome : null;
  const asked = useQuery({
    queryKey: ["jobs", "result", job.jobId],
    queryFn: () => aiAgentService.result(job.jobId),
    enabled: job.status === "completed" && carried === null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return carried ?? asked.data ?? null;
}
