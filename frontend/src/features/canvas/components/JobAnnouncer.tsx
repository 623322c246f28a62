import { VisuallyHidden } from "@mantine/core";
import { useState } from "react";

import { announcements } from "../../ai/job-announcements";
import type { JobState } from "../../jobs/ai-job-log";

/** Tells screen readers what the jobs of this canvas come to: when they begin and end, not every per cent. */
export function JobAnnouncer({ jobs }: { jobs: readonly JobState[] }) {
  const [seen, setSeen] = useState<{ jobs: readonly JobState[]; said: string } | null>(null);
  if (seen?.jobs !== jobs) {
    const said = seen ? announcements(seen.jobs, jobs) : [];
    setSeen({ jobs, said: said.length > 0 ? said.join(" ") : (seen?.said ?? "") });
  }
  return (
    <VisuallyHidden>
      <div aria-live="polite">{seen?.said ?? ""}</div>
    </VisuallyHidden>
  );
}
