import type { Notice, NoticeSettings } from "../notice-types";
import { isLookedAt, type Looking } from "./looking";
import { isQuiet } from "./quiet-hours";

/** How a new notice is told on this page. `seen`: the person looks at it anyway, so it counts as read. */
export interface Ways {
  readonly seen: boolean;
  readonly toast: boolean;
  readonly browser: boolean;
  readonly sound: boolean;
}

export function waysFor(notice: Notice, settings: NoticeSettings, looking: Looking, at: Date): Ways {
  const { ways, quiet_hours } = settings;
  const seen = isLookedAt({ jobId: notice.job_id, canvasId: notice.canvas_id }, looking);
  const quiet = seen || isQuiet(quiet_hours, at);
  return {
    seen,
    toast: ways.toast && !seen,
    browser: ways.browser && !quiet && !looking.isVisible,
    sound: ways.sound && !quiet,
  };
}
