import { Alert, Code, Text } from "@mantine/core";
import { IconAlertTriangle, IconHeartOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { useNow } from "../../../lib/use-now";
import { queuesQuery } from "../staff-queries";
import type { StaffQueues } from "../staff-types";
import { strings } from "../strings";
import { Loaded } from "../../../components/ui/Loaded";
import { Panel } from "../../../components/ui/Panel";
import { QueueRow } from "./QueueRow";
import classes from "../../../components/ui/Table.module.css";

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
      <Unserved data={data} />
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

/** Jobs wait where no worker looks, while others are at work: the page's own alarm says it when there is none at all. */
function Unserved({ data: { items } }: { data: StaffQueues }) {
  if (!items.some(({ workers }) => workers > 0)) return null;
  const unserved = items.filter(({ workers, ready, paused }) => workers === 0 && ready > 0 && !paused);
  return unserved.map(({ name, ready }) => (
    <Alert key={name} color="red" variant="light" mb="sm" icon={<IconHeartOff aria-hidden />}>
      {words.unserved(name, ready)} <Code>{words.serve(name)}</Code>
    </Alert>
  ));
}
