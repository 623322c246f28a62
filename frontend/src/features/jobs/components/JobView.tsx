import { ActionIcon, Drawer, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconArrowLeft, IconArrowsDiagonal } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link, useLocation, useNavigate, useParams } from "react-router";

import { Appear } from "../../../components/ui/Appear";
import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { asProblem, ApiProblem } from "../../../lib/api-problem";
import { jobQuery } from "../job-queries";
import { strings } from "../strings";
import { isOverList } from "../over-list";
import { JobDetail } from "./JobDetail";
import classes from "./JobView.module.css";

const words = strings.detail;

/** A job: over the list if it was opened from there (Esc or Back returns), else a page of its own. */
export function JobView() {
  const { jobId = "" } = useParams();
  const over = isOverList(useLocation().state);
  return over ? <JobDrawer jobId={jobId} /> : <JobPage jobId={jobId} />;
}

function JobDrawer({ jobId }: { jobId: string }) {
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const onPhone = useMediaQuery("(max-width: 48em)");
  // The drawer goes with the address, too fast to give the focus back by itself.
  useEffect(() => () => void setTimeout(focusRow, 0, jobId), [jobId]);
  return (
    <Drawer
      opened
      onClose={() => void navigate({ pathname: "/jobs", search })}
      position="right"
      overlayProps={{ backgroundOpacity: 0.25 }}
      size={onPhone ? "100%" : 640}
      title={
        <Group gap="xs">
          {words.label}
          <ActionIcon
            component={Link}
            to={{ pathname, search }}
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={words.page}
            title={words.page}
          >
            <IconArrowsDiagonal size={16} aria-hidden />
          </ActionIcon>
        </Group>
      }
      closeButtonProps={{ "aria-label": words.close }}
    >
      <Content key={jobId} jobId={jobId} />
    </Drawer>
  );
}

function focusRow(jobId: string): void {
  if (document.activeElement !== document.body) return;
  document.querySelector<HTMLElement>(`li[data-job="${CSS.escape(jobId)}"] a[data-row]`)?.focus();
}

function JobPage({ jobId }: { jobId: string }) {
  const { search } = useLocation();
  return (
    <div className={classes.page}>
      <Text component={Link} to={{ pathname: "/jobs", search }} className={classes.back}>
        <IconArrowLeft size={16} aria-hidden />
        {words.back}
      </Text>
      <Content key={jobId} jobId={jobId} page />
    </div>
  );
}

function Content({ jobId, page = false }: { jobId: string; page?: boolean }) {
  const job = useQuery(jobQuery(jobId));
  if (job.data) return <JobDetail job={job.data} page={page} />;
  if (job.error) {
    const missing = [404, 422].includes(asProblem(job.error).status);
    return missing ? (
      <ErrorNotice error={new ApiProblem(404, "not_found", words.gone)} />
    ) : (
      <ErrorNotice error={job.error} onRetry={() => void job.refetch()} />
    );
  }
  return (
    <Appear label={words.loading}>
      <Stack gap="sm">
        <Skeleton height={24} width="60%" />
        <Skeleton height={4} />
        <Skeleton height={140} />
      </Stack>
    </Appear>
  );
}
