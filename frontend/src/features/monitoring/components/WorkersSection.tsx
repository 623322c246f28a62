import { Code, Stack } from "@mantine/core";
import { IconHeartOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { EmptyState } from "../../../components/ui/EmptyState";
import { useNow } from "../../../lib/use-now";
import { workersQuery } from "../staff-queries";
import type { Worker } from "../staff-types";
import { strings } from "../strings";
import { Loaded } from "../../../components/ui/Loaded";
import { WorkerPanel } from "./WorkerPanel";

const AGES_EVERY_MS = 1_000;

/** Every worker process that lives, and what it does at this moment. */
export function WorkersSection() {
  return (
    <Loaded query={useQuery(workersQuery)}>
      {({ items }) => (items.length === 0 ? <NoWorker /> : <Workers items={items} />)}
    </Loaded>
  );
}

function NoWorker() {
  const { title, text, command } = strings.workers.none;
  return <EmptyState icon={IconHeartOff} title={title} description={text} action={<Code>{command}</Code>} />;
}

function Workers({ items }: { items: readonly Worker[] }) {
  const now = useNow(AGES_EVERY_MS);
  return (
    <Stack gap="md">
      {items.map((worker) => (
        <WorkerPanel key={worker.id} worker={worker} now={now} />
      ))}
    </Stack>
  );
}
