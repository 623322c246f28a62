const CHANNEL = "collabcanvas-notices";
const ANSWER_WITHIN_MS = 300;
const HELD_MS = 3_000;

/**
 * What the tabs of one browser say to each other: one that is looked at says which notices the person has seen or heard,
 * and the others keep quiet about these.
 */
export class Tabs {
  readonly #told = new Set<string>();
  readonly #channel: BroadcastChannel | null;

  constructor() {
    this.#channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
    if (this.#channel) this.#channel.onmessage = ({ data }) => this.#told.add(String(data));
  }

  /** This tab is looked at: it tells of the notice, whatever the others are. */
  tell(noticeId: string): void {
    this.#channel?.postMessage(noticeId);
  }

  /** Whether, after a moment, no tab that is looked at has told of it. */
  async isUntold(noticeId: string): Promise<boolean> {
    await new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS));
    return !this.#told.has(noticeId);
  }

  close(): void {
    this.#channel?.close();
  }
}

/** Runs `act` in one tab only. Where browsers have no locks (pages without HTTPS), in each. */
export function inOneTab(name: string, act: () => void): void {
  const locks = (navigator as { locks?: LockManager }).locks;
  if (!locks) {
    act();
    return;
  }
  void locks.request(`${CHANNEL}:${name}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    act();
    await new Promise((resolve) => setTimeout(resolve, HELD_MS));
  });
}
