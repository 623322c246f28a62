/** Calls at once when quiet, then at most every `intervalMs` with the latest arguments; the last one is never dropped. */
export function throttle<Args extends unknown[]>(
  intervalMs: number,
  call: (...args: Args) => void,
): { (...args: Args): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let latest: Args | null = null;
  const tick = (): void => {
    timer = undefined;
    if (!latest) return;
    const args = latest;
    latest = null;
    timer = setTimeout(tick, intervalMs);
    call(...args);
  };
  const throttled = (...args: Args): void => {
    latest = args;
    if (timer === undefined) tick();
  };
  throttled.cancel = (): void => {
    clearTimeout(timer);
    timer = undefined;
    latest = null;
  };
  return throttled;
}
