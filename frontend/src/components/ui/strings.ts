export const strings = {
  product: "CollabCanvas",
  skipToContent: "Skip to content",
  retry: "Try again",
  copyReference: "Copy reference for support",
  copied: "Copied",
  connection: {
    reconnecting: "Reconnecting",
    reconnectingHint:
      "The connection to the server was lost. You can work on; what you do is sent when it is back.",
    caughtUp: "All caught up",
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
