import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { useNavigate } from "react-router";

import { useConnectionState } from "../../lib/socket";
import { showBrowserNotice } from "./browser-notice";
import type { JobToasts } from "./core/job-toasts";
import { isLookedAt, type Looking } from "./core/looking";
import { inOneTab, Tabs } from "./core/tabs";
import { waysFor } from "./core/ways";
import { noticesIn, unreadIn } from "./notice-cache";
import { addressOf, statusOf } from "./notice-words";
import { noticesQuery, settingsQuery, useMarkRead } from "./notice-queries";
import type { Notice, NoticeSettings } from "./notice-types";
import { playTone } from "./core/sound";
import { strings } from "./strings";

const LOUD_AT_ONCE = 3; // of more notices at the same time only the newest is heard
const STALE_MS = 120_000; // what happened so long ago, while this page was away, is for the list

/** Tells each new notice once, in the ways that the person wants, and takes what is in front of them as read. */
export function useAnnouncements(userId: string, toasts: JobToasts, looking: Looking): number {
  useConnectionState(); // whether the list has to be asked for depends on it
  const { data } = useInfiniteQuery(noticesQuery);
  const { data: settings } = useQuery(settingsQuery);
  const announce = useAnnounce(userId, toasts, looking);
  const known = useRef<Set<string> | null>(null);
  const markRead = useMarkRead();

  useEffect(() => {
    if (!data || !settings) return;
    const before = known.current;
    known.current = new Set([...(before ?? []), ...noticesIn(data).map(({ id }) => id)]);
    if (!before) return; // what was there when the page opened is no news
    const newest = data.pages[0]?.items ?? [];
    const fresh = newest.filter(
      ({ id, read_at, job_id }) => !read_at && !before.has(id) && !toasts.isAnsweredInPlace(job_id),
    );
    const loud = fresh.slice(0, fresh.length > LOUD_AT_ONCE ? 1 : LOUD_AT_ONCE);
    for (const notice of fresh) announce(notice, settings, loud.includes(notice));
  }, [data, settings, toasts, announce]);

  useEffect(() => {
    const seen = noticesIn(data).filter(
      ({ read_at, job_id, canvas_id }) =>
        !read_at &&
        (isLookedAt({ jobId: job_id, canvasId: canvas_id }, looking) || toasts.isAnsweredInPlace(job_id)),
    );
    if (seen.length > 0) markRead({ ids: seen.map(({ id }) => id) });
  }, [data, looking, toasts, markRead]);

  return unreadIn(data);
}

type Announce = (notice: Notice, settings: NoticeSettings, isLoud: boolean) => void;

/** Stays the same function while the person moves about: a notice is announced when it comes, not at every step. */
function useAnnounce(userId: string, toasts: JobToasts, looking: Looking): Announce {
  const navigate = useNavigate();
  const tabs = useRef<Tabs | null>(null);
  const here = useRef({ looking, navigate });
  useEffect(() => {
    here.current = { looking, navigate };
  }, [looking, navigate]);
  useEffect(() => {
    tabs.current = new Tabs();
    return () => tabs.current?.close();
  }, [userId]);
  return useCallback<Announce>(
    (notice, settings, isLoud) => {
      const ways = waysFor(notice, settings, here.current.looking, new Date());
      if (here.current.looking.isVisible) tabs.current?.tell(notice.id);
      if (ways.toast) toast(toasts, notice);
      if (ways.sound && isLoud) inOneTab(notice.id, () => void playTone());
      const open = () => void here.current.navigate(addressOf(notice));
      if (ways.browser && isLoud) void tellOutside(notice, tabs.current, open);
    },
    [toasts],
  );
}

function toast(toasts: JobToasts, notice: Notice): void {
  if (!notice.job_id || Date.now() - Date.parse(notice.created_at) > STALE_MS) return;
  const details = { jobId: notice.job_id, title: notice.title, canvasId: notice.canvas_id };
  toasts.end({ ...details, isMine: true, isChild: false }, statusOf(notice.kind), notice.body);
  toasts.show();
}

async function tellOutside(notice: Notice, tabs: Tabs | null, open: () => void): Promise<void> {
  if (tabs && !(await tabs.isUntold(notice.id))) return;
  showBrowserNotice(notice.id, strings.headline(notice.kind, notice.title), notice.body, open);
}
