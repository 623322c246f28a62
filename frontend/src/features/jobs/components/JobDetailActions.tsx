import { Button, Group, NativeSelect } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { Link, useNavigate } from "react-router";

import type { JobAction } from "../job-actions";
import { isFinished, PRIORITIES, type Job, type Priority } from "../job-types";
import { strings } from "../strings";
import { useDetailKeys } from "../use-detail-keys";
import { useJobActions } from "../use-job-actions";

/** What can be done with this job by this person, and nothing else. */
export function JobDetailActions({ job }: { job: Job }) {
  const navigate = useNavigate();
  const actions = useJobActions();
  const may = (action: JobAction) => job.actions.includes(action);
  const stopping = job.cancel_requested && !isFinished(job.status);
  const cancel = () => actions.cancel(job.job_id);
  const retry = () => actions.retry(job.job_id);
  const remove = () => {
    actions.remove([job.job_id]);
    void navigate("/jobs");
  };
  useDetailKeys({ ...(may("cancel") && { c: cancel }), ...(may("retry") && { r: retry }) });
  if (job.actions.length === 0 && !stopping && !job.canvas_id) return null;
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
      {(may("cancel") || stopping) && (
        <Button size="sm" variant="default" disabled={stopping} onClick={cancel}>
          {strings.action.cancel}
        </Button>
      )}
      {may("retry") && (
        <Button size="sm" variant="default" onClick={retry}>
          {strings.action.retry}
        </Button>
      )}
      {may("run_again") && (
        <Button size="sm" variant="default" onClick={() => actions.runAgain(job.job_id)}>
          {strings.action.run_again}
        </Button>
      )}
      {may("priority") && (
        <NativeSelect
          aria-label={strings.action.priority}
          data={PRIORITIES.map((value) => ({ value, label: strings.priorityIs(strings.priority[value]) }))}
          value={job.priority}
          onChange={(event) => actions.setPriority(job.job_id, event.currentTarget.value as Priority)}
        />
      )}
      {may("delete") && (
        <Button size="sm" variant="subtle" color="gray" c="var(--mantine-color-error)" onClick={remove}>
          {strings.action.delete}
        </Button>
      )}
    </Group>
  );
}
