export const strings = {
  product: "CollabCanvas",
  skipToContent: "Skip to content",
  retry: "Try again",
  loading: "Loading",
  more: "Show more",
  copyReference: "Copy reference for support",
  copied: "Copied",
  nothingYet: "Nothing in this time",
  connection: {
    reconnecting: "Reconnecting",
    reconnectingHint:
      "The connection to the server was lost. You can work on; what you do is sent when it is back.",
    polling: "Checking every 3 s",
    pollingHint:
      "Your network lets no live connection through. Everything works; news come with a few seconds' delay.",
    caughtUp: "All caught up",
  },
  newVersion: {
    text: "There is a new version. What you have typed and drawn stays.",
    reload: "Reload",
  },
  theme: {
    label: "Appearance",
    auto: "Like the system",
    light: "Light",
    dark: "Dark",
  },
  status: {
    queued: "Waiting",
    processing: "Running",
    retrying: "Retrying",
    completed: "Done",
    failed: "Failed",
    cancelled: "Cancelled",
  },
} as const;
