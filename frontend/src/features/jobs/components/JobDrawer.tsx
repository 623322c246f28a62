import { Drawer, Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useLocation, useNavigate, useParams } from "react-router";

import { Appear } from "../../../components/ui/Appear";
import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { asProblem, ApiProblem } from "../../../lib/api-problem";
import { jobQuery } from "../job-queries";
import { strings } from "../strings";
import { JobDetail } from "./JobDetail";

/** A job over the list that it was opened from; Esc or Back returns there. */
export function JobDrawer() {
  const { jobId = "" } = useParams();
  const { search } = useLocation();
  const navigate = useNavigate();
  return (
    <Drawer
      opened
      onClose={() => void navigate({ pathname: "/jobs", search })}
      position="right"
      size={560}
      title={strings.detail.label}
      closeButtonProps={{ "aria-label": strings.detail.close }}
    >
      <Content key={jobId} jobId={jobId} />
    </Drawer>
  );
}

function Content({ jobId }: { jobId: string }) {
  const job = useQuery(jobQuery(jobId));
  if (job.data) return <JobDetail job={job.data} />;
  if (job.error) {
    const missing = [404, 422].includes(asProblem(job.error).status);
    return missing ? (
      <ErrorNotice error={new ApiProblem(404, "not_found", strings.detail.gone)} />
    ) : (
      <ErrorNotice error={job.error} onRetry={() => void job.refetch()} />
    );
  }
  return (
    <Appear label={strings.detail.loading}>
      <Stack gap="sm">
        <Skeleton height={24} width="60%" />
        <Skeleton height={4} />
        <Skeleton height={140} />
      </Stack>
    </Appear>
  );
}
