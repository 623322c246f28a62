import { ActionIcon, Button, Group } from "@mantine/core";
import { IconListDetails, IconRefresh } from "@tabler/icons-react";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";

import { Hint } from "../../../components/ui/Hint";
import { ProgressBar } from "../../../components/ui/ProgressBar";
import { StatusBadge } from "../../../components/ui/StatusBadge";
import { asProblem } from "../../../lib/api-problem";
import { useNow } from "../../../lib/use-now";
import { aiAgentService } from "../../jobs/ai-agent-service";
import { isFinished, type JobState } from "../../jobs/ai-job-log";
import { jobQuery, useCancelJob } from "../../jobs/job-queries";
import { useDecide, type Change } from "../changes";
import { errorOf, jobWords, NEEDS_MODEL, shortInstruction, type JobWords } from "../job-words";
import { PLAIN_EXAMPLES, strings } from "../strings";
import type { DrawingMode, DrawingRequest } from "../use-drawing-requests";
import { requestOf } from "../request-of";
import { Instruction } from "./Instruction";
import classes from "./JobCard.module.css";
import { JobFigures } from "./JobFigures";

const TICK_MS = 500;
const ESTIMATE_MS = 5_000; // others overtake, and end: no event of this job says so

interface JobCardProps {
  canvasId: string;
  job: JobState;
  /** What it did to the canvas, if it did something. */
  change: Change | undefined;
  /** What was asked for, where this page knows it already. */
  asked: DrawingRequest | undefined;
  canShow: boolean;
  onShow: () => void;
  onAgain: (request: DrawingRequest) => void;
  /** Puts a text in the prompt box. */
  onPrompt: (text: string, mode: DrawingMode, job?: JobState) => void;
}

/** One entry of the conversation: what was asked for, how far it is, and what can be done. */
export function JobCard(props: JobCardProps) {
  const { job, asked } = props;
  const detail = useQuery({
    ...jobQuery(job.jobId),
    refetchInterval: isFinished(job) ? false : ESTIMATE_MS,
  }).data;
  const request = asked ?? (detail ? requestOf(detail) : null);
  const result = useResult(job);
  const now = useNow(isFinished(job) ? null : TICK_MS);
  const words = jobWords(job, result, now, detail?.estimate?.why_unknown);
  const name = shortInstruction(request?.instructions ?? null);
  return (
    <article className={classes.card} aria-label={name}>
      <Instruction text={request?.instructions ?? detail?.summary ?? strings.job.drawing} />
      {isFinished(job) ? (
        <p className={classes.ending} data-long={job.status !== "completed" || undefined}>
          <StatusBadge status={words.status} />
          <span>{words.sentence}</span>
        </p>
      ) : (
        <Progress key={`${job.jobId} ${job.startedAt ?? ""}`} {...{ job, words, name }} />
      )}
      <JobFigures job={detail?.status === job.status ? detail : undefined} now={now} />
      <JobActions {...props} request={request} />
    </article>
  );
}

function Progress({ job, words, name }: { job: JobState; words: JobWords; name: string }) {
  return (
    <>
      <div className={classes.state}>
        <StatusBadge status={words.status} progress={job.progress} />
        <span className={classes.sentence}>{words.sentence}</span>
        <span className={classes.clock}>{words.clock}</span>
      </div>
      <ProgressBar value={job.progress} status={words.status} label={strings.job.progressOf(name)} />
    </>
  );
}

interface JobActionsProps extends JobCardProps {
  request: DrawingRequest | null;
}

function JobActions(props: JobActionsProps) {
  const { canvasId, job, change, request, canShow, onShow, onAgain, onPrompt } = props;
  const needsModel = errorOf(job)?.code === NEEDS_MODEL;
  const isDone = job.status === "completed";
  return (
    <>
      {needsModel && <WorksWithoutModel isChange={request?.mode === "modify"} onPrompt={onPrompt} />}
      <Group gap={6} className={classes.actions}>
        {!isFinished(job) && <CancelButton jobId={job.jobId} />}
        {isFinished(job) && !isDone && request && !needsModel && (
          <Action onClick={() => onAgain(request)}>{strings.job.retry}</Action>
        )}
        {canShow && <Action onClick={onShow}>{strings.job.show}</Action>}
        {isDone && <Action onClick={() => onPrompt("", "modify", job)}>{strings.job.follow}</Action>}
        {isFinished(job) && change && <UndoButton canvasId={canvasId} change={change} />}
        <span className={classes.small}>
          {isDone && request && (
            <Hint label={strings.job.again}>
              <ActionIcon
                variant="subtle"
                color="gray"
                size={28}
                className={classes.quiet}
                aria-label={strings.job.again}
                onClick={() => onAgain(request)}
              >
                <IconRefresh size={16} stroke={1.75} aria-hidden />
              </ActionIcon>
            </Hint>
          )}
          <Hint label={strings.job.details}>
            <ActionIcon
              component={Link}
              to={`/jobs/${job.jobId}`}
              variant="subtle"
              color="gray"
              size={28}
              className={classes.quiet}
              aria-label={strings.job.details}
            >
              <IconListDetails size={16} stroke={1.75} aria-hidden />
            </ActionIcon>
          </Hint>
        </span>
      </Group>
    </>
  );
}

function UndoButton({ canvasId, change }: { canvasId: string; change: Change }) {
  const decide = useDecide(canvasId);
  const isUndone = change.status === "undone";
  const onClick = (): void =>
    decide.mutate(
      { jobId: change.job_id, decision: isUndone ? "redo" : "undo" },
      { onError: (error) => notifications.show({ color: "red", message: asProblem(error).message }) },
    );
  return <Action onClick={onClick}>{isUndone ? strings.change.redo : strings.change.undo}</Action>;
}

function Action({ onClick, children }: { onClick: () => void; children: string }) {
  return (
    <Button size="compact-sm" fz="xs" variant="default" fw={400} onClick={onClick}>
      {children}
    </Button>
  );
}

function WorksWithoutModel({
  isChange,
  onPrompt,
}: {
  isChange: boolean;
  onPrompt: JobCardProps["onPrompt"];
}) {
  return (
    <div className={classes.hint}>
      <span>{isChange ? strings.job.newWithoutModel : strings.job.worksWithoutModel}</span>
      <button type="button" onClick={() => onPrompt(PLAIN_EXAMPLES[0], "create")}>
        {PLAIN_EXAMPLES[0]}
      </button>
    </div>
  );
}

function CancelButton({ jobId }: { jobId: string }) {
  const cancel = useCancelJob();
  const [problem, setProblem] = useState<string | null>(null);
  const isStopping = cancel.isPending || cancel.isSuccess;
  return (
    <>
      <Button
        size="compact-sm"
        fz="xs"
        variant="default"
        fw={400}
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
