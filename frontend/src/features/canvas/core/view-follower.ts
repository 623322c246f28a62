import type { CanvasElement } from "./merge";

const STILL_FOR_MS = 1_200; // a hand that rests this long is not about to click

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What the follower needs to know of the view; boxes are in coordinates of the scene. */
export interface View {
  visible(): Box;
  boxOf(ids: ReadonlySet<string>): Box | null;
  /** What is there of a job's drawing: what it has changed, and what it has made, before this page came too. */
  drawnBy(jobId: string, changed: readonly string[]): ReadonlySet<string>;
  /** Whether a button is down, something is being edited or selected. */
  isBusy(): boolean;
  show(ids: ReadonlySet<string>): void;
}

/**
 * Brings into view what an AI job draws, unless that would move anything under somebody's pointer: only while the
 * person has not moved the view since the job's first elements, and while their hand is still or elsewhere.
 */
export class ViewFollower {
  readonly #drawn = new Map<string, Set<string>>();
  readonly #left = new Set<string>(); // jobs whose drawing the person has turned away from
  #pointerMovedAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly view: View,
    private readonly now: () => number = () => performance.now(),
  ) {}

  drew(jobId: string, elements: readonly CanvasElement[]): void {
    const drawn = this.#drawn.get(jobId) ?? new Set<string>();
    for (const element of elements) if (!element.isDeleted) drawn.add(element.id);
    this.#drawn.set(jobId, drawn);
    this.#follow(jobId);
  }

  drawnBy(jobId: string): ReadonlySet<string> {
    const drawn = this.#drawn.get(jobId);
    return drawn ? this.view.drawnBy(jobId, [...drawn]) : new Set();
  }

  pointerMoved(): void {
    this.#pointerMovedAt = this.now();
  }

  pointerLeft(): void {
    this.#pointerMovedAt = Number.NEGATIVE_INFINITY;
  }

  /** The person scrolled or zoomed: what is being drawn now is no longer followed. */
  viewMoved(): void {
    for (const jobId of this.#drawn.keys()) this.#left.add(jobId);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #follow(jobId: string): void {
    clearTimeout(this.#timer);
    if (this.#left.has(jobId)) return;
    const ids = this.drawnBy(jobId);
    const box = this.view.boxOf(ids);
    if (!box || contains(this.view.visible(), box)) return;
    const restsFor = this.now() - this.#pointerMovedAt;
    if (this.view.isBusy() || restsFor < STILL_FOR_MS) {
      this.#timer = setTimeout(() => this.#follow(jobId), STILL_FOR_MS);
    } else {
      this.view.show(ids);
    }
  }
}

function contains(outer: Box, inner: Box): boolean {
  return (
    outer.left <= inner.left &&
    outer.top <= inner.top &&
    outer.right >= inner.right &&
    outer.bottom >= inner.bottom
  );
}
