import type { LibraryItems } from "./excalidraw";

const KEY = "collabcanvas.library";

/** The editor's library of reusable parts, kept in this browser. */
export const browserLibrary = {
  load(): { libraryItems: LibraryItems } | null {
    try {
      const kept: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? "null");
      return Array.isArray(kept) ? { libraryItems: kept as LibraryItems } : null;
    } catch {
      return null; // what cannot be read is an empty library
    }
  },
  save({ libraryItems }: { libraryItems: LibraryItems }): void {
    window.localStorage.setItem(KEY, JSON.stringify(libraryItems));
  },
};
