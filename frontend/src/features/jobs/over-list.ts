/** The history's entry of a job that was opened from the list: it is shown over it. */
export const OVER_LIST = { over: true } as const;

export function isOverList(state: unknown): boolean {
  return typeof state === "object" && state !== null && "over" in state;
}
