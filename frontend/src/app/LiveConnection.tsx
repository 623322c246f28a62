import { useEffect } from "react";

import { useSession } from "../features/accounts/session";
import { useLiveJobs } from "../features/jobs/live-jobs";
import { connectSocket } from "../lib/socket";

/** The socket lives as long as somebody is signed in, and starts anew for somebody else. */
export function LiveConnection() {
  const userId = useSession().user?.id;
  useLiveJobs();
  useEffect(() => (userId ? connectSocket() : undefined), [userId]);
  return null;
}
