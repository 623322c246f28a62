import { generateKeyBetween } from "fractional-indexing";

import type { Scene } from "../core/canvas-session";
import type { CanvasElement } from "../core/merge";
import { outline, type OutlineEntry } from "../core/outline";
import type { Guest } from "../core/room";
import type { Pointer } from "../core/transport";
import type { Box, View } from "../core/view-follower";
import {
  CaptureUpdateAction,
  getCommonBounds,
  isInvisiblySmallElement,
  reconcileElements,
  restoreElements,
  type Collaborator,
  type ExcalidrawElement,
  type ExcalidrawImperativeAPI,
  type NonDeletedExcalidrawElement,
  type SocketId,
} from "./excalidraw";

const SHOWN_SHARE = 0.9; // of the view that is filled by what is brought into it
// Pixels below the editor's own bars, and below the one that asks whether to keep what the AI has drawn.
const INSETS = { top: 76, bottom: 124, left: 16, right: 16 };
const MOTION_MS = 350;
const SETTLES_AFTER_MS = MOTION_MS + 250;

/** The running editor as the rest of this feature sees it: a scene to merge into and a view to move. */
export class Editor implements Scene, View {
  readonly #pointerListeners = new Set<(pointer: Pointer | null) => void>();
  #movesItselfUntil = 0;
  #insets = INSETS;

  constructor(private readonly api: ExcalidrawImperativeAPI) {}

  // Scene

  elements(): readonly CanvasElement[] {
    return this.api.getSceneElementsIncludingDeleted();
  }

  merge(remote: readonly CanvasElement[]): void {
    // Restoring gives new indices, and with them new versions, to what is not in the order of its indices.
    const inOrder = [...(remote as readonly ExcalidrawElement[])].sort(byIndex).map(withUsableIndex);
    const restored = restoreElements(inOrder, null); // no repair of bindings: a delta lacks its other ends
    const local = this.api.getSceneElementsIncludingDeleted();
    type Remote = Parameters<typeof reconcileElements>[1];
    const elements = reconcileElements(local, restored as unknown as Remote, this.api.getAppState());
    this.api.updateScene({ elements, captureUpdate: CaptureUpdateAction.NEVER });
  }

  isPresentable(element: CanvasElement): boolean {
    return !isInvisiblySmallElement(element as ExcalidrawElement);
  }

  // View

  visible(): Box {
    const { scrollX, scrollY, width, height, zoom } = this.api.getAppState();
    return {
      left: this.#insets.left / zoom.value - scrollX,
      top: this.#insets.top / zoom.value - scrollY,
      right: (width - this.#insets.right) / zoom.value - scrollX,
      bottom: (height - this.#insets.bottom) / zoom.value - scrollY,
    };
  }

  /** Pixels from the upper left corner of the board. */
  toScreen(point: { x: number; y: number }): { x: number; y: number } {
    const { scrollX, scrollY, zoom } = this.api.getAppState();
    return { x: (point.x + scrollX) * zoom.value, y: (point.y + scrollY) * zoom.value };
  }

  boxOf(ids: ReadonlySet<string>): Box | null {
    const elements = this.#living(ids);
    if (elements.length === 0) return null;
    const [left, top, right, bottom] = getCommonBounds(elements);
    return { left, top, right, bottom };
  }

  isBusy(): boolean {
    const state = this.api.getAppState();
    const isEditing =
      state.editingTextElement ?? state.newElement ?? state.resizingElement ?? state.multiElement;
    // Whoever types elsewhere has left the selection behind.
    const isOnBoard = document.activeElement?.closest(".excalidraw") !== null;
    const holds = isOnBoard && this.selection().length > 0;
    return state.cursorButton === "down" || isEditing !== null || holds || state.openDialog !== null;
  }

  show(ids: ReadonlySet<string>, moving: "smoothly" | "at once" = "smoothly"): void {
    const elements = this.#living(ids);
    if (elements.length === 0) return;
    const animate = moving === "smoothly" && !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#movesItselfUntil = performance.now() + SETTLES_AFTER_MS;
    this.api.scrollToContent(elements, {
      fitToViewport: true,
      viewportZoomFactor: SHOWN_SHARE,
      maxZoom: 1,
      canvasOffsets: this.#insets,
      animate,
      duration: MOTION_MS,
    });
  }

  /** Something of ours lies over the left of the board, until the returned function is called. */
  coverLeft(pixels: number): () => void {
    this.#insets = { ...INSETS, left: INSETS.left + pixels };
    return () => {
      this.#insets = INSETS;
    };
  }

  // What happens in it

  onChange(listener: () => void): () => void {
    return this.api.onChange(listener);
  }

  /** The person moved the view; what {@link show} does is not told. */
  onViewMoved(listener: () => void): () => void {
    return this.api.onScrollChange(() => {
      if (performance.now() > this.#movesItselfUntil) listener();
    });
  }

  onScroll(listener: () => void): () => void {
    return this.api.onScrollChange(listener);
  }

  /** null: it has left the canvas. */
  onPointer(listener: (pointer: Pointer | null) => void): () => void {
    this.#pointerListeners.add(listener);
    return () => this.#pointerListeners.delete(listener);
  }

  pointerMoved(pointer: Pointer | null): void {
    const place = pointer && { x: pointer.x, y: pointer.y };
    for (const listener of this.#pointerListeners) listener(place);
  }

  // For people

  selection(): string[] {
    const selected = this.api.getAppState().selectedElementIds;
    return Object.keys(selected).filter((id) => selected[id]);
  }

  showGuests(guests: readonly Guest[]): void {
    this.api.updateScene({
      collaborators: new Map(guests.map((guest) => [guest.id as SocketId, asCollaborator(guest)])),
    });
  }

  /** Selects an element and brings it into view. */
  focus(id: string): void {
    this.api.updateScene({ appState: { selectedElementIds: { [id]: true }, selectedGroupIds: {} } });
    this.show(new Set([id]));
  }

  outline(): OutlineEntry[] {
    return outline(this.api.getSceneElements());
  }

  isEmpty(): boolean {
    return this.api.getSceneElements().length === 0;
  }

  /** What a job has drawn or changed and is still there. */
  drawnBy(jobId: string, changed: readonly string[]): ReadonlySet<string> {
    const known = new Set(changed);
    const elements = this.api.getSceneElements();
    return new Set(
      elements.filter((element) => known.has(element.id) || jobOf(element) === jobId).map(({ id }) => id),
    );
  }

  /** Some element lies wholly in view. */
  seesAnything(): boolean {
    const view = this.visible();
    return this.api.getSceneElements().some((element) => {
      const [left, top, right, bottom] = getCommonBounds([element]);
      return left >= view.left && top >= view.top && right <= view.right && bottom <= view.bottom;
    });
  }

  allIds(): ReadonlySet<string> {
    return new Set(this.api.getSceneElements().map(({ id }) => id));
  }

  takeFocus(): void {
    document.querySelector<HTMLElement>(".excalidraw-container")?.focus();
  }

  tell(message: string): void {
    this.api.setToast({ message, closable: true, duration: 6_000 });
  }

  #living(ids: ReadonlySet<string>): NonDeletedExcalidrawElement[] {
    return this.api.getSceneElements().filter((element) => ids.has(element.id));
  }
}

function byIndex(a: ExcalidrawElement, b: ExcalidrawElement): number {
  const [first, second] = [a.index ?? "", b.index ?? ""];
  if (first === second) return a.id < b.id ? -1 : 1;
  return first < second ? -1 : 1;
}

/** The editor throws as soon as something is drawn next to an index that is none, so it is to give a new one. */
function withUsableIndex(element: ExcalidrawElement): ExcalidrawElement {
  try {
    generateKeyBetween(element.index, null);
    return element;
  } catch {
    return { ...element, index: null };
  }
}

function jobOf(element: ExcalidrawElement): unknown {
  return (element.customData as { job?: unknown } | undefined)?.job;
}

function asCollaborator(guest: Guest): Collaborator {
  return {
    id: guest.user_id,
    socketId: guest.id as SocketId,
    username: guest.name,
    selectedElementIds: Object.fromEntries(guest.selection.map((id) => [id, true as const])),
    ...(guest.pointer && { pointer: { ...guest.pointer, tool: "pointer" as const } }),
  };
}
