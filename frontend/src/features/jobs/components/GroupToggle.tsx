import { UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";

import type { Job } from "../job-types";
import { strings } from "../strings";
import classes from "./JobList.module.css";

interface GroupToggleProps {
  job: Job;
  name: string;
  open: boolean;
  onToggle: (id: string) => void;
}

export function GroupToggle({ job, name, open, onToggle }: GroupToggleProps) {
  return (
    <UnstyledButton
      className={classes.toggle}
      aria-expanded={open}
      aria-label={strings.actionNamed(open ? strings.hideJobs : strings.showJobs, name)}
      onClick={() => onToggle(job.job_id)}
    >
      <IconChevronRight size={14} aria-hidden data-open={open || undefined} />
      {open ? strings.hideJobs : strings.showJobs}
    </UnstyledButton>
  );
}
