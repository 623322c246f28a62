/** A value that can be watched; made for useSyncExternalStore, so a snapshot stays the same object until it changes. */
export class Store<Value extends object> {
  #value: Value;
  readonly #listeners = new Set<() => void>();

  constructor(initial: Value) {
    this.#value = initial;
  }

  readonly get = (): Value => this.#value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(next: Value): void {
    if (next === this.#value) return;
    this.#value = next;
    for (const listener of this.#listeners) listener();
  }

  /** Sets some fields; says nothing to anybody if they all have these values already. */
  patch(change: Partial<Value>): void {
    const keys = Object.keys(change) as (keyof Value)[];
    if (keys.some((key) => this.#value[key] !== change[key])) this.set({ ...this.#value, ...change });
  }
}
