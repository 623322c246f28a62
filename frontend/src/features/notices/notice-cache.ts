import type { InfiniteData, QueryClient } from "@tanstack/react-query";

import { noticeKeys } from "./notice-keys";
import type { Notice, NoticePage } from "./notice-types";

export type NoticePages = InfiniteData<NoticePage>;

/** A new notice at the top, counted as unread. One that is there already changes nothing. */
export function addNotice(client: QueryClient, notice: Notice): void {
  client.setQueryData<NoticePages>(noticeKeys.list, (data) => {
    const [first, ...older] = data?.pages ?? [];
    if (!data || !first || data.pages.some(({ items }) => items.some(({ id }) => id === notice.id)))
      return data;
    const unread = first.unread + (notice.read_at ? 0 : 1);
    return { ...data, pages: [{ ...first, items: [notice, ...first.items], unread }, ...older] };
  });
}

/** Shows at once what was read; the server's answer has the count that holds. */
export function showAsRead(client: QueryClient, ids: ReadonlySet<string> | "all", now: string): void {
  client.setQueryData<NoticePages>(noticeKeys.list, (data) => {
    if (!data) return data;
    let marked = 0;
    const read = (notice: Notice): Notice => {
      if (notice.read_at || (ids !== "all" && !ids.has(notice.id))) return notice;
      marked += 1;
      return { ...notice, read_at: now };
    };
    const pages = data.pages.map((page) => ({ ...page, items: page.items.map(read) }));
    const left = (unread: number) => (ids === "all" ? 0 : Math.max(0, unread - marked));
    return { ...data, pages: pages.map((page) => ({ ...page, unread: left(page.unread) })) };
  });
}

export function setUnread(client: QueryClient, unread: number): void {
  client.setQueryData<NoticePages>(
    noticeKeys.list,
    (data) => data && { ...data, pages: data.pages.map((page) => ({ ...page, unread })) },
  );
}

export function noticesIn(data: NoticePages | undefined): Notice[] {
  return data?.pages.flatMap(({ items }) => items) ?? [];
}

export function unreadIn(data: NoticePages | undefined): number {
  return data?.pages[0]?.unread ?? 0;
}
