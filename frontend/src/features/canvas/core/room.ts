import { Store } from "../../../lib/store";
import { throttle } from "./throttle";
import type { CanvasTransport, Person, Pointer, Presence } from "./transport";

const PRESENT_EVERY_MS = 33;

export interface Guest extends Person {
  readonly pointer: Pointer | null;
  readonly selection: readonly string[];
}

export interface RoomState {
  /** Everybody on this canvas, connections of one's own other pages included. */
  readonly guests: readonly Guest[];
}

/** Who else is on the canvas, where they point and what they have selected; and the same of oneself, for them. */
export class Room {
  readonly state = new Store<RoomState>({ guests: [] });
  readonly #present;
  #selection: readonly string[] = [];
  #pointer: Pointer | null = null;

  constructor(transport: Pick<CanvasTransport, "present">) {
    this.#present = throttle(PRESENT_EVERY_MS, () => transport.present(this.#pointer, this.#selection));
  }

  pointAt(pointer: Pointer | null): void {
    this.#pointer = pointer;
    this.#present();
  }

  select(selection: readonly string[]): void {
    if (selection.join() === this.#selection.join()) return;
    this.#selection = selection;
    this.#present();
  }

  people(people: readonly Person[]): void {
    const known = new Map(this.state.get().guests.map((guest) => [guest.id, guest]));
    this.state.set({
      guests: people.map((person) => ({ pointer: null, selection: [], ...known.get(person.id), ...person })),
    });
  }

  presence(presence: Presence): void {
    const guests = this.state
      .get()
      .guests.map((guest) => (guest.id === presence.id ? { ...guest, ...presence } : guest));
    this.state.set({ guests });
  }

  stop(): void {
    this.#present.cancel();
    this.state.set({ guests: [] });
  }
}
