import { beats, sameStamp, stampOf, type CanvasElement, type Stamp } from "./merge";

/** What the server is known to have of each element, what is on its way there, and what it will not take. */
export class Ledger {
  readonly #stored = new Map<string, Stamp>();
  readonly #inFlight = new Map<string, Stamp>();
  readonly #refused = new Map<string, Stamp>();

  /** A full state replaces what was believed: what the server does not have is sent again. */
  restart(elements: readonly CanvasElement[]): void {
    this.#stored.clear();
    this.#inFlight.clear();
    this.learn(elements);
  }

  /** After a lost connection nobody knows which of the sent elements arrived: all of them count as not sent. */
  forgetFlights(): void {
    this.#inFlight.clear();
  }

  learn(elements: readonly CanvasElement[]): void {
    for (const element of elements) {
      const stamp = stampOf(element);
      if (beats(stamp, this.#stored.get(element.id))) this.#stored.set(element.id, stamp);
    }
  }

  departed(elements: readonly CanvasElement[]): void {
    for (const element of elements) this.#inFlight.set(element.id, stampOf(element));
  }

  acknowledged(elements: readonly CanvasElement[]): void {
    this.lost(elements);
    this.learn(elements);
  }

  lost(elements: readonly CanvasElement[]): void {
    for (const element of elements) {
      // A newer state of it may have departed since.
      if (sameStamp(this.#inFlight.get(element.id), stampOf(element))) this.#inFlight.delete(element.id);
    }
  }

  refused(element: CanvasElement): void {
    this.lost([element]);
    this.#refused.set(element.id, stampOf(element));
  }

  /** Not stored, and would win. One that would lose is not worth sending: the server's winner is on its way here. */
  isUnsaved(element: CanvasElement): boolean {
    const stamp = stampOf(element);
    return beats(stamp, this.#stored.get(element.id)) && !sameStamp(stamp, this.#refused.get(element.id));
  }

  isUnsent(element: CanvasElement): boolean {
    return this.isUnsaved(element) && !sameStamp(stampOf(element), this.#inFlight.get(element.id));
  }

  wasOffered(id: string): boolean {
    return this.#stored.has(id) || this.#inFlight.has(id);
  }

  storedIds(): Iterable<string> {
    return this.#stored.keys();
  }
}
