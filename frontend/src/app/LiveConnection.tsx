import { useEffect } from "react";

import { useSession } from "../features/accounts/session";
import { useLiveJobs } from "../features/jobs/live-jobs";
import { liveFeed } from "../lib/live-feed";

/** The feed lives as long as somebody is signed in, and starts anew for somebody else. */
export function LiveConnection() {
  const userId = useSession().user?.id;
  useLiveJobs();
  useEffect(() => (userId ? liveFeed.start() : undefined), [userId]);
  return null;
}
