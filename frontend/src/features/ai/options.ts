export const STYLES = ["clean", "sketch"] as const;
export const SCHEMES = ["default", "blue", "green", "purple", "warm", "mono"] as const;
export const PRIORITIES = ["low", "normal", "high", "urgent"] as const;
/** The server refuses `urgent` to guests. */
export const GUEST_PRIORITIES = ["low", "normal", "high"] as const;

export type Style = (typeof STYLES)[number];
export type Scheme = (typeof SCHEMES)[number];
export type Priority = (typeof PRIORITIES)[number];

/** How something is drawn, beside what. */
export interface DrawingOptions {
  readonly style: Style;
  readonly scheme: Scheme;
  readonly priority: Priority;
  /** New elements are dashed until they are kept. */
  readonly preview: boolean;
}

export const DEFAULT_OPTIONS: DrawingOptions = {
  style: "clean",
  scheme: "default",
  priority: "normal",
  preview: false,
};

export function isDefault(options: DrawingOptions): boolean {
  return (Object.keys(DEFAULT_OPTIONS) as (keyof DrawingOptions)[]).every(
    (name) => options[name] === DEFAULT_OPTIONS[name],
  );
}
