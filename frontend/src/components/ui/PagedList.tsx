import { Text } from "@mantine/core";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { Loaded } from "./Loaded";
import { More } from "./More";

interface PagedListProps<Item> {
  query: UseInfiniteQueryResult<InfiniteData<{ items: Item[] }>>;
  /** Said instead of nothing. */
  empty: ReactNode;
  children: (items: Item[]) => ReactNode;
}

/** All pages of a list that have been read, and a way to the next one. */
export function PagedList<Item>({ query, empty, children }: PagedListProps<Item>) {
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const items = pages.flatMap((page) => page.items);
        if (items.length === 0) {
          return typeof empty === "string" ? (
            <Text size="sm" c="dimmed">
              {empty}
            </Text>
          ) : (
            empty
          );
        }
        return (
          <div>
            {children(items)}
            <More query={query} />
          </div>
        );
      }}
    </Loaded>
  );
}
