import type { Scene } from "./canvas-session";
import { beats, stampOf, type CanvasElement } from "./merge";
import { TransportError, type CanvasTransport, type Delta, type TransportEvents } from "./transport";

export interface Note extends CanvasElement {
  text: string;
}

let nonces = 1;

export function note(id: string, text = "", version = 1, versionNonce = nonces++): Note {
  return { id, text, version, versionNonce, isDeleted: false };
}

function mergeInto(target: Map<string, Note>, incoming: readonly CanvasElement[]): Note[] {
  const won = incoming.filter((element) => {
    const held = target.get(element.id);
    return beats(stampOf(element), held && stampOf(held));
  }) as Note[];
  for (const element of won) target.set(element.id, { ...element });
  return won;
}

/** The merge of the server and its rooms, in memory. Messages take `latency()` milliseconds each way. */
export class FakeServer {
  readonly elements = new Map<string, Note>();
  readonly updates: Note[][] = [];
  readonly refusedIds = new Set<string>();
  readonly connections = new Set<FakeConnection>();
  version = 0;
  joins = 0;
  latency: () => number = () => 5;

  store(incoming: readonly CanvasElement[], jobId: string | null = null): Note[] {
    const won = mergeInto(this.elements, incoming);
    if (won.length > 0) {
      const since = this.version;
      this.version += 1;
      const delta = { elements: won.map((element) => ({ ...element })), since, version: this.version, jobId };
      for (const connection of this.connections) connection.push(delta);
    }
    return incoming.map((element) => this.elements.get(element.id)).filter((held) => held !== undefined);
  }

  state(): Note[] {
    return [...this.elements.values()].map((element) => ({ ...element }));
  }
}

/** One browser's way to the fake server; can be cut, made to lose answers or to drop deltas. */
export class FakeConnection implements CanvasTransport {
  isOpen = false;
  losesAnswers = false;
  dropsDeltas = false;
  #events: TransportEvents | null = null;
  #generation = 0;

  constructor(private readonly server: FakeServer) {}

  listen(events: TransportEvents): () => void {
    this.#events = events;
    if (this.isOpen) events.connected();
    return () => {
      this.#events = null;
    };
  }

  open(): void {
    this.isOpen = true;
    this.#events?.connected();
  }

  cut(): void {
    this.isOpen = false;
    this.#generation += 1;
    this.server.connections.delete(this);
    this.#events?.disconnected();
  }

  close(reason: string): void {
    this.#events?.closed(reason);
  }

  push(delta: Delta): void {
    if (this.dropsDeltas) return;
    void this.#travel().then(
      () => this.#events?.delta(delta),
      () => undefined,
    );
  }

  async join() {
    await this.#travel();
    this.server.joins += 1;
    this.server.connections.add(this);
    const joined = { elements: this.server.state(), version: this.server.version, people: [] };
    await this.#travel();
    return joined;
  }

  async update(sent: readonly CanvasElement[]) {
    const elements = sent.map((element) => ({ ...element })) as Note[];
    await this.#travel();
    const refused = elements.find((element) => this.server.refusedIds.has(element.id));
    if (refused) throw new TransportError(`${refused.id} is too large.`, true, "invalid");
    this.server.updates.push(elements);
    const held = this.server.store(elements);
    await this.#travel();
    if (this.losesAnswers) throw new TransportError("No answer.", false);
    const stale = held.filter((winner, index) => {
      const own = elements[index];
      return own !== undefined && beats(stampOf(winner), stampOf(own));
    });
    return { version: this.server.version, stale };
  }

  present(): void {}

  async #travel(): Promise<void> {
    const generation = this.#generation;
    await new Promise((resolve) => setTimeout(resolve, this.server.latency()));
    if (generation !== this.#generation || !this.isOpen) throw new TransportError("Connection lost.", false);
  }
}

/** A scene that merges as the editor does: what is being edited is not replaced. */
export class FakeScene implements Scene {
  readonly notes = new Map<string, Note>();
  editing: string | null = null;
  readonly unpresentable = new Set<string>();
  onChange: () => void = () => undefined;

  elements(): readonly Note[] {
    return [...this.notes.values()];
  }

  merge(remote: readonly CanvasElement[]): void {
    mergeInto(
      this.notes,
      remote.filter((element) => element.id !== this.editing),
    );
    this.onChange();
  }

  isPresentable(element: CanvasElement): boolean {
    return !this.unpresentable.has(element.id);
  }

  add(element: Note): void {
    this.notes.set(element.id, element);
    this.onChange();
  }

  /** In place, as the editor does it. */
  edit(id: string, text: string): void {
    const element = this.notes.get(id);
    if (!element) throw new Error(`There is no ${id}.`);
    Object.assign(element, { text, version: element.version + 1, versionNonce: nonces++ });
    this.onChange();
  }

  texts(): Record<string, string> {
    return Object.fromEntries(
      this.elements()
        .filter((element) => !element.isDeleted)
        .map((element) => [element.id, element.text] as const)
        .sort(([a], [b]) => a.localeCompare(b)),
    );
  }
}
