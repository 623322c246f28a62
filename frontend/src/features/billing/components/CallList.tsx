import { Anchor, Button, Skeleton, Title } from "@mantine/core";
import {
  IconBan,
  IconBolt,
  IconCircleCheck,
  IconCircleX,
  IconProgress,
  IconReceipt,
  type Icon,
} from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { Appear } from "../../../components/ui/Appear";
import { EmptyState } from "../../../components/ui/EmptyState";
import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { formatDateTime } from "../../../lib/format";
import { formatTokens, formatUsd } from "../../../lib/amounts";
import { strings } from "../strings";
import { callsQuery, type Call } from "../usage-queries";
import classes from "./UsagePage.module.css";

const words = strings.calls;
type Outcome = keyof typeof words.outcome;

const ICONS: Record<Outcome, Icon> = {
  ok: IconCircleCheck,
  failed: IconCircleX,
  stopped: IconBan,
  running: IconProgress,
  cached: IconBolt,
};

export function CallList() {
  const calls = useInfiniteQuery(callsQuery);
  const items = calls.data?.pages.flatMap((page) => page.items);
  return (
    <section className={classes.section}>
      <Title order={2} size="h4">
        {words.title}
      </Title>
      {items ? (
        <Calls items={items} />
      ) : calls.error ? (
        <ErrorNotice error={calls.error} onRetry={() => void calls.refetch()} />
      ) : (
        <Appear label={words.loading}>
          <Skeleton height={160} radius="md" />
        </Appear>
      )}
      {calls.hasNextPage && (
        <Button
          variant="default"
          className={classes.more}
          loading={calls.isFetchingNextPage}
          onClick={() => void calls.fetchNextPage()}
        >
          {words.more}
        </Button>
      )}
    </section>
  );
}

function Calls({ items }: { items: readonly Call[] }) {
  if (items.length === 0)
    return <EmptyState icon={IconReceipt} title={words.none} description={words.noneHint} />;
  return (
    <div className={classes.scroll}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{strings.byType.operation}</th>
            <th scope="col" className={classes.wide}>
              {words.model}
            </th>
            <th scope="col" className={classes.wide}>
              {words.when}
            </th>
            <th scope="col" className={classes.number}>
              {strings.byType.tokens}
            </th>
            <th scope="col" className={classes.number}>
              {strings.byType.cost}
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((call) => (
            <Row key={call.id} call={call} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ call }: { call: Call }) {
  const outcome = outcomeOf(call);
  const Glyph = ICONS[outcome];
  const what = strings.operation(call.operation);
  return (
    <tr>
      <td>
        {call.job_id ? (
          <Anchor component={Link} to={`/jobs/${call.job_id}`} inherit>
            {what}
          </Anchor>
        ) : (
          what
        )}
        <div className={classes.note}>
          <span className={classes.outcome}>
            <Glyph size={14} stroke={1.75} aria-hidden />
            {words.outcome[outcome]}
          </span>
          <div className={classes.narrow}>
            {call.model}, {formatDateTime(call.at)}
          </div>
        </div>
      </td>
      <td className={classes.wide}>
        {call.model}
        <div className={classes.note}>{call.provider}</div>
      </td>
      <td className={classes.wide}>{formatDateTime(call.at)}</td>
      <td className={classes.number} title={call.estimated ? words.estimated : undefined}>
        {call.estimated && "≈ "}
        {formatTokens(call.tokens_in + call.tokens_out)}
      </td>
      <td className={classes.number}>{formatUsd(call.usd)}</td>
    </tr>
  );
}

function outcomeOf(call: Call): Outcome {
  if (call.cached) return "cached";
  if (call.success === null) return "running";
  if (call.success) return "ok";
  return call.error_code === "stopped" ? "stopped" : "failed";
}
