import type { NoticeKind } from "./notice-types";

const WORDS: Record<NoticeKind, string> = {
  job_completed: "Done",
  job_failed: "Failed",
  job_cancelled: "Cancelled",
};

export const strings = {
  title: "Notices",
  bell: (unread: number) => (unread === 0 ? "Notices" : `Notices, ${atMost(unread)} not read`),
  count: (unread: number) => atMost(unread),
  markAll: "Mark all read",
  settingsLink: "Choose what I am told",
  loading: "Notices are loading",
  older: "Show older",
  empty: "Nothing yet. When a job of yours ends, it is told here.",
  unread: "not read",
  kind: WORDS,
  headline: (kind: NoticeKind, title: string) => `${WORDS[kind]}: ${title}`,
  toasts: {
    region: "Your jobs",
    close: "Close",
    closeNamed: (title: string) => `Close: ${title}`,
    cancel: "Cancel",
    cancelNamed: (title: string) => `Cancel: ${title}`,
    cancelFailed: "Could not cancel",
    open: "Open",
    openNamed: (title: string) => `Open: ${title}`,
    waiting: "waiting for a worker",
    noWorker: "no worker is running; it starts by itself when one is there",
    many: (total: number) => `${total} jobs`,
    manyState: (left: number, failed: number, cancelled: number) =>
      [
        left > 0 ? `${left} to go` : "all ended",
        ...(failed > 0 ? [`${failed} failed`] : []),
        ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
      ].join(" · "),
    openJobs: "Open jobs",
  },
  prompt: {
    question: "This takes a while. Tell you when it’s done?",
    hint: "Your browser shows a notice when you are elsewhere.",
    yes: "Yes, tell me",
    no: "No, thanks",
  },
  settings: {
    title: "Notices",
    lead: "They hold on every device of yours; whether a browser may show notices is decided in each.",
    what: "Tell me when a job of mine",
    events: {
      job_completed: "is done",
      job_failed: "has failed",
      job_cancelled: "was cancelled by somebody else, or could not go on",
    },
    how: "Tell me",
    toast: "on the page",
    toastHint: "A small card at the edge, one for each job. Not for a canvas that is in front of you.",
    browser: "by the browser",
    browserHint: {
      default: "While the page is not in sight. The browser asks you first.",
      granted: "While the page is not in sight. This browser may.",
      denied: "This browser is told not to. Allow notices for this site in its settings.",
      unsupported: "This browser cannot.",
    },
    allow: "Allow in this browser",
    sound: "with a sound",
    try: "Try it",
    quiet: "Quiet hours",
    quietHint: "No sound and no notice of the browser, by the clock of the machine in front of you.",
    from: "From",
    to: "To",
    loading: "Settings are loading",
    failed: "Could not be saved",
  },
} as const;

const MOST = 99;

function atMost(unread: number): string {
  return unread > MOST ? `${MOST}+` : String(unread);
}
