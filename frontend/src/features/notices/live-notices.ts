import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { liveFeed } from "../../lib/live-feed";
import { addNotice } from "./notice-cache";
import { noticeKeys } from "./notice-keys";
import type { Notice } from "./notice-types";

type EventSource = Pick<typeof liveFeed, "on" | "off">;

/** Keeps notices and settings up to date from the socket: what is new is added, what changed elsewhere is asked for again. */
export function followNotices(client: QueryClient, source: EventSource): () => void {
  const onNotice = (notice: Notice) => addNotice(client, notice);
  const onChanged = () => void client.invalidateQueries({ queryKey: noticeKeys.all });
  source.on("notice", onNotice);
  source.on("notice:changed", onChanged);
  source.on("connect", onChanged); // nobody knows what was missed
  source.on("poll", onChanged); // nobody tells us anything
  return () => {
    source.off("notice", onNotice);
    source.off("notice:changed", onChanged);
    source.off("connect", onChanged);
    source.off("poll", onChanged);
  };
}

export function useLiveNotices(): void {
  const client = useQueryClient();
  useEffect(() => followNotices(client, liveFeed), [client]);
}
