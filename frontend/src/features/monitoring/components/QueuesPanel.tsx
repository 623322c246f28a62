import { Alert, Code, Text } from "@mantine/core";
import { IconAlertTriangle, IconHeartOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { useNow } from "../../../lib/use-now";
import { queuesQuery } from "../staff-queries";
import type { StaffQueues } from "../staff-types";
import { strings } from "../strings";
import { Loaded } from "./Loaded";
import { Panel } from "./Panel";
import { QueueRow } from "./QueueRow";
import classes from "./Table.module.css";

const AGES_EVERY_MS = 1_000;
const words = strings.queues;

export function QueuesPanel({ canAct }: { canAct: boolean }) {
  return (
    <Panel title={words.title}>
      <Loaded query={useQuery(queuesQuery)}>{(data) => <Queues data={data} canAct={canAct} />}</Loaded>
    </Panel>
  );
}

function Queues({ data, canAct }: { data: StaffQueues; canAct: boolean }) {
  const now = useNow(AGES_EVERY_MS);
  return (
    <>
      {data.warnings.map((warning) => (
        <Alert key={warning} color="yellow" variant="light" mb="sm" icon={<IconAlertTriangle aria-hidden />}>
          {warning}
        </Alert>
      ))}
      <NoWorker data={data} />
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{words.name}</th>
            <th scope="col" className={classes.number}>
              {words.waiting}
            </th>
            <th scope="col">{words.oldest}</th>
            <th scope="col" className={classes.number}>
              {words.running}
            </th>
            <th scope="col">{words.wait}</th>
            <th scope="col" className={classes.number}>
              {words.rate}
            </th>
            <th scope="col">{words.workers}</th>
            {canAct && <td />}
          </tr>
        </thead>
        <tbody>
          {data.items.map((queue) => (
            <QueueRow key={queue.name} queue={queue} now={now} canAct={canAct} />
          ))}
        </tbody>
      </table>
      {data.limits.length > 0 && (
        <Text size="xs" c="dimmed" mt="sm">
          {`${words.limits}: `}
          {data.limits
            .map(({ scope, key, held, slots, waiting }) => words.limit(scope, key, held, slots, waiting))
            .join(" · ")}
        </Text>
      )}
    </>
  );
}

/** What every other figure of the page follows from, and what to do. */
function NoWorker({ data }: { data: StaffQueues }) {
  if (data.items.some(({ workers }) => workers > 0)) return null;
  const waiting = data.items.reduce((sum, { ready }) => sum + ready, 0);
  return (
    <Alert color="red" variant="light" mb="sm" icon={<IconHeartOff aria-hidden />}>
      {strings.workers.none.short(waiting)} <Code>{strings.workers.none.command}</Code>
    </Alert>
  );
}
