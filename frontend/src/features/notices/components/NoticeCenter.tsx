import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

import { usePageBadge } from "../../../lib/use-page-title";
import { useSession } from "../../accounts/session";
import { useNoWorker } from "../../jobs/use-overview";
import { useLiveNotices } from "../live-notices";
import { settingsQuery } from "../notice-queries";
import { useAnnouncements } from "../use-announcements";
import { useJobToasts } from "../use-job-toasts";
import { useLooking } from "../use-looking";
import { LongJobPrompt } from "./LongJobPrompt";
import { Toaster } from "./Toaster";

/** Everything that tells of jobs while one does something else; on every page, for whoever is signed in. */
export function NoticeCenter() {
  const { user } = useSession();
  return user ? <Center key={user.id} userId={user.id} /> : null;
}

function Center({ userId }: { userId: string }) {
  const looking = useLooking();
  const toasts = useJobToasts(userId, looking);
  const unread = useAnnouncements(userId, toasts, looking);
  const { data: settings } = useQuery(settingsQuery);
  const shown = useSyncExternalStore(toasts.state.subscribe, toasts.state.get);
  const noWorker = useNoWorker(shown.jobs.some(({ status }) => status === "queued"));
  useLiveNotices();
  usePageBadge(unread);
  if (!settings) return null;
  return (
    <Toaster
      toasts={settings.ways.toast ? shown : null}
      noWorker={noWorker}
      onCanvas={looking.canvasId !== null}
      onClose={(jobId) => (jobId === null ? toasts.closeAll() : toasts.close(jobId))}
    >
      <LongJobPrompt since={shown.underWaySince} settings={settings} />
    </Toaster>
  );
}
