import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";

import type { JobAction } from "../job-actions";
import { isFinished, PRIORITIES, type Job } from "../job-types";
import { strings } from "../strings";
import { useJobActions, type JobActions } from "../use-job-actions";
import classes from "./JobList.module.css";

/** The likeliest action as a button, the others behind the dots; nothing that this person may not do. */
export function JobRowActions({ job, name }: { job: Job; name: string }) {
  const actions = useJobActions();
  const stopping = job.cancel_requested && !isFinished(job.status);
  const first = stopping ? "cancel" : job.actions.find((action) => action === "cancel" || action === "retry");
  const others = job.actions.filter((action) => action !== first);
  return (
    <div className={classes.actions}>
      {first && (
        <Button
          size="compact-sm"
          variant="default"
          disabled={stopping}
          aria-label={
            first === "cancel" ? strings.cancelNamed(name) : strings.actionNamed(strings.action[first], name)
          }
          onClick={() => perform(first, job, actions)}
        >
          {strings.action[first]}
        </Button>
      )}
      {others.length > 0 && (
        <Menu position="bottom-end" withinPortal keepMounted={false}>
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={strings.actionsOf(name)}>
              <IconDots size={16} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <ActionItems job={job} allowed={others} actions={actions} />
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}

function ActionItems({ job, allowed, actions }: { job: Job; allowed: JobAction[]; actions: JobActions }) {
  return allowed.map((action) =>
    action === "priority" ? (
      PRIORITIES.filter((priority) => priority !== job.priority).map((priority) => (
        <Menu.Item key={priority} onClick={() => actions.setPriority(job.job_id, priority)}>
          {strings.priorityIs(strings.priority[priority])}
        </Menu.Item>
      ))
    ) : (
      <Menu.Item
        key={action}
        color={action === "delete" ? "red" : undefined}
        onClick={() => perform(action, job, actions)}
      >
        {strings.action[action]}
      </Menu.Item>
    ),
  );
}

export function perform(action: Exclude<JobAction, "priority">, job: Job, actions: JobActions): void {
  switch (action) {
    case "cancel":
      actions.cancel(job.job_id);
      break;
    case "retry":
      actions.retry(job.job_id);
      break;
    case "run_again":
      actions.runAgain(job.job_id);
      break;
    case "delete":
      actions.remove([job.job_id]);
      break;
  }
}
