import { Anchor, Button, Skeleton, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { Appear } from "../../../components/ui/Appear";
import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { formatDateTime } from "../../../lib/format";
import { formatTokens } from "../../../lib/amounts";
import { strings } from "../strings";
import { entriesQuery, type Entry } from "../usage-queries";
import classes from "./UsagePage.module.css";

const words = strings.entries;

/** What changed the balance. */
export function EntryList() {
  const entries = useInfiniteQuery(entriesQuery);
  const items = entries.data?.pages.flatMap((page) => page.items);
  return (
    <section className={classes.section}>
      <Title order={2} size="h4">
        {words.title}
      </Title>
      {items ? (
        <table className={classes.table}>
          <tbody>
            {items.map((entry) => (
              <Row key={entry.id} entry={entry} />
            ))}
          </tbody>
        </table>
      ) : entries.error ? (
        <ErrorNotice error={entries.error} onRetry={() => void entries.refetch()} />
      ) : (
        <Appear label={words.loading}>
          <Skeleton height={120} radius="md" />
        </Appear>
      )}
      {entries.hasNextPage && (
        <Button
          variant="default"
          className={classes.more}
          loading={entries.isFetchingNextPage}
          onClick={() => void entries.fetchNextPage()}
        >
          {words.more}
        </Button>
      )}
    </section>
  );
}

function Row({ entry }: { entry: Entry }) {
  const kind = words.kind[entry.kind];
  return (
    <tr>
      <td>
        {entry.job_id ? (
          <Anchor component={Link} to={`/jobs/${entry.job_id}`} inherit>
            {kind}
          </Anchor>
        ) : (
          kind
        )}
        {entry.note && <div className={classes.note}>{entry.note}</div>}
      </td>
      <td>{formatDateTime(entry.at)}</td>
      <td className={classes.number}>
        {entry.amount > 0 && "+"}
        {formatTokens(entry.amount)}
      </td>
    </tr>
  );
}
