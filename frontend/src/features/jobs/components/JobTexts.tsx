import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { jobResultQuery } from "../job-queries";
import type { FullJob } from "../job-types";
import { strings } from "../strings";
import { TextBlock } from "./TextBlock";

const words = strings.detail;

/** What was asked for: in words if it was, and as it was sent. */
export function JobRequest({ job }: { job: FullJob }) {
  const { instructions, ...rest } = job.request_data;
  const said = typeof instructions === "string" ? instructions : null;
  const others = said === null ? job.request_data : withoutEmpty(rest);
  return (
    <>
      {said !== null && (
        <TextBlock title={words.instructions} text={said} file={`${job.job_id}-instructions.txt`} />
      )}
      {Object.keys(others).length > 0 && (
        <TextBlock
          title={words.request}
          text={JSON.stringify(others, null, 2)}
          file={`${job.job_id}-request.json`}
          mono
        />
      )}
    </>
  );
}

export function JobResult({ job }: { job: FullJob }) {
  const completed = job.status === "completed";
  const result = useQuery({ ...jobResultQuery(job.job_id), enabled: completed });
  if (!completed) return null;
  if (result.error) return <ErrorNotice error={result.error} onRetry={() => void result.refetch()} />;
  if (!result.data) return null;
  return (
    <>
      {job.cached && (
        <Text size="sm" c="dimmed">
          {words.cached}
        </Text>
      )}
      {Object.keys(result.data).length > 0 && (
        <TextBlock
          title={words.result}
          text={JSON.stringify(result.data, null, 2)}
          file={`${job.job_id}-result.json`}
          mono
        />
      )}
    </>
  );
}

function withoutEmpty(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== ""));
}
