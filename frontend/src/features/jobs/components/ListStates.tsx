import { Alert, Button, Skeleton, Stack } from "@mantine/core";
import { IconHourglassEmpty, IconListCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { Appear } from "../../../components/ui/Appear";
import { EmptyState } from "../../../components/ui/EmptyState";
import { formatDateTime } from "../../../lib/format";
import { strings } from "../strings";

export function ListLoading() {
  return (
    <Appear label={strings.loading}>
      <Stack gap={1}>
        {[0, 1, 2, 3, 4, 5].map((row) => (
          <Skeleton key={row} height={56} radius="md" />
        ))}
      </Stack>
    </Appear>
  );
}

/** Nothing to show: what will be here, or that the filters leave nothing. */
export function NoJobs({ filtered, note }: { filtered: boolean; note: ReactNode }) {
  const words = strings.empty;
  return (
    <>
      {note}
      <EmptyState
        icon={IconListCheck}
        title={filtered ? words.filteredTitle : words.title}
        description={filtered ? words.filteredText : words.text}
        action={
          <Button component={Link} to={filtered ? "/jobs" : "/"} variant={filtered ? "default" : "filled"}>
            {filtered ? words.filteredAction : words.action}
          </Button>
        }
      />
    </>
  );
}

/** What is not found may be there: the history is written some moments after the end of jobs, and behind just now. */
export function SearchIsLate({ until }: { until: string }) {
  return (
    <Alert color="yellow" variant="light" py="xs" mb="sm" icon={<IconHourglassEmpty size={18} aria-hidden />}>
      {strings.catchingUp(formatDateTime(until))}
    </Alert>
  );
}
