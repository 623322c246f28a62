import { Button, Skeleton, Stack } from "@mantine/core";
import { IconListCheck } from "@tabler/icons-react";
import { Link } from "react-router";

import { Appear } from "../../../components/ui/Appear";
import { EmptyState } from "../../../components/ui/EmptyState";
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
export function NoJobs({ filtered }: { filtered: boolean }) {
  const words = strings.empty;
  return (
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
  );
}
