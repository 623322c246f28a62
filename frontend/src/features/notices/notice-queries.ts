import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { api, unwrap } from "../../lib/api-client";
import { getConnectionState } from "../../lib/socket";
import { setUnread, showAsRead } from "./notice-cache";
import { noticeKeys } from "./notice-keys";
import type { NoticeSettings } from "./notice-types";

const PAGE_SIZE = 20;
const POLL_MS = 5_000;

/** My notices, the newest first. Without a socket the page asks; with one it is told. */
export const noticesQuery = infiniteQueryOptions({
  queryKey: noticeKeys.list,
  queryFn: ({ pageParam }) =>
    unwrap(
      api.GET("/api/notices", {
        params: { query: { limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) } },
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  refetchInterval: () => (getConnectionState() === "connected" ? false : POLL_MS),
});

export const settingsQuery = queryOptions({
  queryKey: noticeKeys.settings,
  queryFn: () => unwrap(api.GET("/api/notices/settings")),
});

/** Marks some notices, or all that were told up to a moment, as read: at once here, then everywhere. */
export function useMarkRead(): (what: { ids: string[] } | { until: string }) => void {
  const client = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: (what: { ids: string[] } | { until: string }) =>
      unwrap(api.POST("/api/notices/read", { body: "ids" in what ? what : { all: true, ...what } })),
    onMutate: (what) =>
      showAsRead(client, "ids" in what ? new Set(what.ids) : "all", new Date().toISOString()),
    onSuccess: ({ unread }) => setUnread(client, unread),
    onError: () => void client.invalidateQueries({ queryKey: noticeKeys.list }),
  });
  return useCallback((what) => mutate(what), [mutate]);
}

/** Shows the new settings at once; a refusal takes them back. */
export function useChangeSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NoticeSettings) => unwrap(api.PUT("/api/notices/settings", { body })),
    onMutate: (next) => {
      const before = client.getQueryData(settingsQuery.queryKey);
      client.setQueryData(settingsQuery.queryKey, next);
      return { before };
    },
    onError: (_error, _next, context) => client.setQueryData(settingsQuery.queryKey, context?.before),
  });
}
