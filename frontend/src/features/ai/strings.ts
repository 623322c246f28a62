import type { Priority, Scheme, Style } from "./options";

export const strings = {
  prompt: {
    label: "What shall we draw?",
    placeholder: "Describe it, or write it as steps: Sign up -> Verify e-mail -> Choose plan",
    submit: "Draw",
    keys: "Enter to draw, Shift + Enter for a new line",
    empty: "Write what to draw first.",
    tooLong: (limit: string) => `This is longer than ${limit} characters. Shorten it, or draw it in parts.`,
    examples: "Examples",
  },
  panel: {
    title: "AI",
    label: "AI drawing",
    close: "Close the AI panel",
    conversation: "Drawings asked for on this canvas",
    loading: "Earlier drawings are loading",
    emptyTitle: "Ask for a drawing",
    emptyText:
      "It appears here step by step, beside what is on the canvas already. You can go on drawing meanwhile.",
    newPlaceholder: "Describe it, or write steps: A -> B -> C",
    changePlaceholder: "What shall change? Say: add Pay after Plan",
    mode: "What the AI does",
    modes: { create: "New drawing", modify: "Change what is here" },
    options: "Options",
    optionsChanged: "Options, changed",
    style: "Style",
    scheme: "Colours",
    priority: "Priority",
    reset: "Reset options",
    unavailable: "The canvas is not open, so nothing can be drawn on it.",
  },
  styles: { clean: "Clean", sketch: "Sketch" } satisfies Record<Style, string>,
  schemes: {
    default: "Colourful",
    blue: "Blue",
    green: "Green",
    purple: "Purple",
    warm: "Warm",
    mono: "Grey",
  } satisfies Record<Scheme, string>,
  priorities: { low: "Low", normal: "Normal", high: "High", urgent: "Urgent" } satisfies Record<
    Priority,
    string
  >,
  job: {
    drawing: "A drawing",
    showAll: "Show all of it",
    showLess: "Show less",
    cancel: "Cancel",
    stopping: "Stopping…",
    retry: "Try again",
    again: "Do the same again",
    follow: "Now change …",
    show: "Show",
    details: "Details",
    progressOf: (what: string) => `Progress of ${what}`,
    waiting: "Waiting for a worker",
    starting: "A worker is starting on it",
    retrying: "It did not work yet and is tried again",
    retryIn: (time: string) => `It did not work yet; next try in ${time}`,
    done: (engine: string | null, time: string | null) =>
      ["Drawn", engine && `by ${engine}`, time && `in ${time}`].filter(Boolean).join(" "),
    changed: (engine: string | null, time: string | null) =>
      ["Changed", engine && `by ${engine}`, time && `in ${time}`].filter(Boolean).join(" "),
    planner: "the planner",
    cancelled: "Cancelled. What was drawn until then stays and can be undone or deleted.",
    cancelledEarly: "Cancelled before anything was drawn.",
    failed: "This did not work. Try again, or say it differently.",
    worksWithoutModel: "This works without a model:",
    newWithoutModel: "A new drawing such as this works without a model:",
    cancelFailed: "It could not be cancelled",
  },
  announce: {
    started: "The AI has started drawing.",
    retrying: "The drawing did not work yet and is tried again.",
    completed: "The drawing is finished.",
    failed: (why: string) => `The drawing failed. ${why}`,
    cancelled: "The drawing was cancelled.",
  },
} as const;

/** What can be drawn without any model: shown on an empty canvas, and where an instruction needed one. */
export const PLAIN_EXAMPLES = [
  "Sign up -> Verify e-mail -> Choose plan; if no e-mail -> Resend -> Verify e-mail",
  "Mind map: Launch\n- Product\n  - Pricing\n- Press\n- Team",
  "To do: design, docs | Doing: build | Done: plan",
] as const;
