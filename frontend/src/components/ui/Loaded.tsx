import { Skeleton, Text } from "@mantine/core";
import type { UseInfiniteQueryResult, UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { Appear } from "./Appear";
import { ErrorNotice } from "./ErrorNotice";
import { strings } from "./strings";

interface LoadedProps<Data> {
  query: UseQueryResult<Data> | UseInfiniteQueryResult<Data>;
  height?: number;
  /** Said instead of nothing. */
  empty?: { when: (data: Data) => boolean; text: string };
  children: (data: Data) => ReactNode;
}

/** What a query has brought, or why not, or that it is under way. */
export function Loaded<Data>({ query, height = 160, empty, children }: LoadedProps<Data>) {
  const { data, error } = query;
  if (data === undefined) {
    if (error) return <ErrorNotice error={error} onRetry={() => void query.refetch()} />;
    return (
      <Appear label={strings.loading}>
        <Skeleton height={height} radius="md" />
      </Appear>
    );
  }
  if (empty?.when(data)) {
    return (
      <Text size="sm" c="dimmed">
        {empty.text}
      </Text>
    );
  }
  return children(data);
}
