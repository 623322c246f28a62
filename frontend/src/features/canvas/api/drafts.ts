import type { Drafts } from "../core/canvas-session";
import type { CanvasElement } from "../core/merge";

/** Keeps unsaved elements of a canvas in this browser. Full or forbidden storage means that there are no drafts. */
export function browserDrafts(canvasId: string, storage: Storage = window.localStorage): Drafts {
  const key = `collabcanvas.unsaved.${canvasId}`;
  return {
    load: () => {
      try {
        const kept: unknown = JSON.parse(storage.getItem(key) ?? "[]");
        return Array.isArray(kept) ? (kept as CanvasElement[]) : [];
      } catch {
        return [];
      }
    },
    save: (elements) => {
      try {
        if (elements.length > 0) storage.setItem(key, JSON.stringify(elements));
        else storage.removeItem(key);
      } catch {
        // Nothing more can be done while the page goes away; the page has warned about unsaved changes.
      }
    },
  };
}
