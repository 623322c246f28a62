import { inBatches } from "./batches";
import { Ledger } from "./ledger";
import { beats, stampOf, type CanvasElement } from "./merge";
import { Store } from "../../../lib/store";
import { TransportError, type CanvasTransport, type Delta, type TransportEvents } from "./transport";

const SEND_EVERY_MS = 50;
const RETRY_FIRST_MS = 500;
const RETRY_LONGEST_MS = 10_000;
const MAX_IN_FLIGHT = 4; // messages: enough to hide the way there and back, few enough to keep answers prompt
/** Refusals that are about the canvas, not about the elements sent: joining again tells what it is. */
const ABOUT_THE_CANVAS = new Set(["not_found", "unauthorized", "forbidden"]);

/** The editor, as far as a session needs it. */
export interface Scene {
  /** Every element, deleted ones included. */
  elements(): readonly CanvasElement[];
  /** Takes in what others changed, by the merge rule; what is being edited right now may be left for later. */
  merge(remote: readonly CanvasElement[]): void;
  /** False for what nobody else should see yet, such as a shape that has no size. */
  isPresentable(element: CanvasElement): boolean;
}

/** Keeps what the server has not stored while the page is closed. */
export interface Drafts {
  load(): readonly CanvasElement[];
  save(elements: readonly CanvasElement[]): void;
}

export type SessionPhase = "joining" | "live" | "offline" | "closed";

export interface SessionState {
  readonly phase: SessionPhase;
  /** The first full state is on the canvas. */
  readonly loaded: boolean;
  /** How many elements the server has not confirmed yet. */
  readonly unsaved: number;
  /** A sentence about what the server will not take, or why the canvas is closed. */
  readonly problem: string | null;
}

export interface SessionOptions {
  transport: CanvasTransport;
  scene: Scene;
  /** Told who is here and where they point. */
  room?: Pick<TransportEvents, "people" | "presence">;
  drafts?: Drafts;
  /** After elements from the server are on the canvas. */
  onDelta?: (delta: Delta) => void;
}

/**
 * One canvas, kept the same here and on the server. The server owns the truth: what changed here is sent until it is
 * acknowledged, what changed there is merged by the same rule, and the full state is asked for after each reconnect or
 * gap. Nothing is queued: changes made while offline are the difference between the scene and the ledger.
 */
export class CanvasSession {
  readonly state = new Store<SessionState>({ phase: "joining", loaded: false, unsaved: 0, problem: null });
  readonly #ledger = new Ledger();
  readonly #held = new Map<string, CanvasElement>(); // winners not taken by the scene while somebody edits the loser
  readonly #absent = new Set<string>(); // stored, but nothing that the scene keeps
  readonly #early: Delta[] = []; // deltas that overtook the answer to a join
  #epoch = 0; // answers to an earlier connection are not listened to
  #version = 0;
  #flights = 0;
  #failures = 0;
  #flushTimer: ReturnType<typeof setTimeout> | undefined;
  #joinTimer: ReturnType<typeof setTimeout> | undefined;
  #unlisten: (() => void) | null = null;

  constructor(private readonly options: SessionOptions) {}

  start(): () => void {
    this.#unlisten = this.options.transport.listen({
      connected: () => void this.#join(),
      disconnected: () => this.#disconnected(),
      delta: (delta) => this.#receiveDelta(delta),
      people: (people) => this.options.room?.people(people),
      presence: (presence) => this.options.room?.presence(presence),
      closed: (reason) => this.#close(reason),
    });
    return () => this.#stop();
  }

  /** To be called after each change of the scene; cheap. */
  sceneChanged(): void {
    this.#flushIn(SEND_EVERY_MS);
  }

  /** Puts what is not confirmed where the next session finds it: for the moment when the page goes away. */
  keepDrafts(): void {
    if (this.state.get().loaded) this.options.drafts?.save(this.#unsaved());
  }

  #stop(): void {
    this.keepDrafts();
    this.#begin("offline");
    this.#unlisten?.();
    this.#unlisten = null;
  }

  #disconnected(): void {
    if (this.state.get().phase === "closed") return; // until it can be joined again
    this.#begin("offline");
    this.options.room?.people([]);
  }

  #begin(phase: SessionPhase): number {
    clearTimeout(this.#flushTimer);
    clearTimeout(this.#joinTimer);
    this.#flushTimer = undefined;
    this.#early.length = 0;
    this.#flights = 0;
    this.#ledger.forgetFlights();
    this.state.patch({ phase, unsaved: this.#unsaved().length });
    return ++this.#epoch;
  }

  #close(reason: string): void {
    this.#begin("closed");
    this.state.patch({ problem: reason });
  }

  async #join(): Promise<void> {
    const epoch = this.#begin("joining");
    try {
      const joined = await this.options.transport.join();
      if (epoch !== this.#epoch) return;
      this.#failures = 0;
      this.#version = joined.version;
      this.#ledger.restart(joined.elements);
      this.#receive(joined.elements);
      this.#mergeDrafts();
      this.options.room?.people(joined.people);
      this.state.patch({ phase: "live", loaded: true });
      for (const delta of this.#early.splice(0)) this.#receiveDelta(delta);
      this.#flush();
    } catch (error) {
      if (epoch !== this.#epoch) return;
      if (error instanceof TransportError && error.permanent) this.#close(error.message);
      else this.#joinTimer = setTimeout(() => void this.#join(), this.#retryDelay());
    }
  }

  #receiveDelta(delta: Delta): void {
    const { phase } = this.state.get();
    if (phase === "joining") this.#early.push(delta);
    if (phase !== "live") return;
    if (delta.since > this.#version) return void this.#join(); // something was missed
    this.#version = Math.max(this.#version, delta.version);
    this.#receive(delta.elements);
    this.options.onDelta?.(delta);
  }

  #receive(remote: readonly CanvasElement[]): void {
    if (remote.length === 0) return;
    this.#ledger.learn(remote);
    this.options.scene.merge(remote);
    const scene = new Map(this.options.scene.elements().map((element) => [element.id, element]));
    for (const element of remote) {
      const local = scene.get(element.id);
      if (local) this.#absent.delete(element.id);
      else this.#absent.add(element.id);
      if (local && beats(stampOf(element), stampOf(local))) this.#held.set(element.id, element);
      else this.#held.delete(element.id);
    }
  }

  #mergeDrafts(): void {
    const drafts = this.options.drafts?.load() ?? [];
    if (drafts.length > 0) this.options.scene.merge(drafts);
  }

  #flushIn(delay: number): void {
    if (this.#unlisten) this.#flushTimer ??= setTimeout(() => this.#flush(), delay);
  }

  #flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    if (this.state.get().phase !== "live") {
      this.#report();
      return;
    }
    if (this.#held.size > 0) this.#receive([...this.#held.values()]);
    if (this.#hasVanished()) return void this.#join();
    const unsent = this.#unsaved().filter((element) => this.#ledger.isUnsent(element));
    for (const batch of inBatches(unsent).slice(0, Math.max(0, MAX_IN_FLIGHT - this.#flights)))
      void this.#send(batch);
    this.#report();
  }

  /** Opening a file replaces the scene. What is stored must come back, or this page would show less than there is. */
  #hasVanished(): boolean {
    const scene = new Set(this.options.scene.elements().map((element) => element.id));
    for (const id of this.#ledger.storedIds()) if (!scene.has(id) && !this.#absent.has(id)) return true;
    return false;
  }

  async #send(live: readonly CanvasElement[]): Promise<void> {
    const epoch = this.#epoch;
    const batch = live.map((element) => ({ ...element })); // the editor changes its elements in place
    this.#flights += 1;
    this.#ledger.departed(batch);
    let delay = SEND_EVERY_MS;
    try {
      const stored = await this.options.transport.update(batch);
      if (epoch !== this.#epoch) return;
      this.#failures = 0;
      this.#ledger.acknowledged(batch);
      this.#receive(stored.stale);
    } catch (error) {
      if (epoch !== this.#epoch) return;
      this.#ledger.lost(batch);
      if (error instanceof TransportError && error.permanent) this.#refused(batch, error);
      else delay = this.#retryDelay();
    }
    if (epoch !== this.#epoch) return; // a refusal may have begun another join
    this.#flights -= 1;
    this.#report();
    this.#flushIn(delay);
  }

  /** One bad element spoils its message: halves are tried until it stands alone. */
  #refused(batch: readonly CanvasElement[], error: TransportError): void {
    if (ABOUT_THE_CANVAS.has(error.code)) return void this.#join();
    const [first] = batch;
    if (batch.length === 1 && first) {
      this.#ledger.refused(first);
      this.state.patch({ problem: error.message });
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    for (const half of [batch.slice(0, middle), batch.slice(middle)]) void this.#send(half);
  }

  #unsaved(): CanvasElement[] {
    return this.options.scene.elements().filter((element) => this.#isUnsaved(element));
  }

  #isUnsaved(element: CanvasElement): boolean {
    if (!this.#ledger.isUnsaved(element)) return false;
    if (this.#ledger.wasOffered(element.id)) return true;
    return !element.isDeleted && this.options.scene.isPresentable(element);
  }

  #report(): void {
    const unsaved = this.#unsaved().length;
    const { phase } = this.state.get();
    if (unsaved === 0 && phase === "live" && this.state.get().unsaved > 0) this.options.drafts?.save([]);
    this.state.patch({ unsaved });
  }

  #retryDelay(): number {
    const delay = Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** this.#failures);
    this.#failures += 1;
    return delay * (0.5 + Math.random() / 2);
  }
}
