import { Anchor } from "@mantine/core";
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

import { EmptyState } from "../../../components/ui/EmptyState";
import { PagedList } from "../../../components/ui/PagedList";
import table from "../../../components/ui/Table.module.css";
import { formatTokens, formatUsd } from "../../../lib/amounts";
import { formatDateTime } from "../../../lib/format";
import { typeName } from "../../jobs/names";
import { strings } from "../strings";
import { callsQuery, type Call } from "../usage-queries";
import classes from "./UsagePage.module.css";
import { UsageSection } from "./UsageSection";

const words = strings.calls;
const { operation, tokens, cost } = strings.byType;
type Outcome = keyof typeof words.outcome;

const ICONS: Record<Outcome, Icon> = {
  ok: IconCircleCheck,
  failed: IconCircleX,
  stopped: IconBan,
  running: IconProgress,
  cached: IconBolt,
};

/** Every call of a model, or answer from a cache. */
export function CallList() {
  const none = <EmptyState icon={IconReceipt} title={words.none} description={words.noneHint} />;
  return (
    <UsageSection title={words.title}>
      <PagedList query={useInfiniteQuery(callsQuery)} empty={none}>
        {(calls) => (
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{operation}</th>
                <th scope="col">{words.model}</th>
                <th scope="col">{words.when}</th>
                <th scope="col" className={table.number}>
                  {tokens}
                </th>
                <th scope="col" className={table.number}>
                  {cost}
                </th>
              </tr>
            </thead>
            <tbody>
              {calls.map((call) => (
                <Row key={call.id} call={call} />
              ))}
            </tbody>
          </table>
        )}
      </PagedList>
    </UsageSection>
  );
}

function Row({ call }: { call: Call }) {
  const outcome = outcomeOf(call);
  const Glyph = ICONS[outcome];
  const what = typeName(call.operation);
  return (
    <tr>
      <td data-label={operation}>
        {call.job_id ? (
          <Anchor component={Link} to={`/jobs/${call.job_id}`} inherit>
            {what}
          </Anchor>
        ) : (
          what
        )}
        <span className={`${table.sub} ${classes.outcome}`}>
          <Glyph size={14} stroke={1.75} aria-hidden />
          {words.outcome[outcome]}
        </span>
      </td>
      <td data-label={words.model}>
        {call.model}
        <span className={table.sub}>{call.provider}</span>
      </td>
      <td data-label={words.when}>{formatDateTime(call.at)}</td>
      <td data-label={tokens} className={table.number} title={call.estimated ? words.estimated : undefined}>
        {call.estimated && "≈ "}
        {formatTokens(call.tokens_in + call.tokens_out)}
      </td>
      <td data-label={cost} className={table.number}>
        {formatUsd(call.usd)}
      </td>
    </tr>
  );
}

function outcomeOf(call: Call): Outcome {
  if (call.cached) return "cached";
  if (call.success === null) return "running";
  if (call.success) return "ok";
  return call.error_code === "stopped" ? "stopped" : "failed";
}
