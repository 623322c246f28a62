import { useState } from "react";

const KEY = "collabcanvas.prompts";
const MOST = 50;

interface PromptHistory {
  add: (text: string) => void;
  /** One further back; null where there is none. `current` is kept for the way back. */
  older: (current: string) => string | null;
  newer: () => string | null;
}

/** What one has asked for before, on this computer, the newest first: as arrow up brings it back in a shell. */
export function usePromptHistory(): PromptHistory {
  const [history] = useState(() => {
    let place = -1;
    let draft = "";
    return {
      add(text: string): void {
        write([text, ...read().filter((known) => known !== text)].slice(0, MOST));
        place = -1;
      },
      older(current: string): string | null {
        const known = read();
        if (place + 1 >= known.length) return null;
        if (place === -1) draft = current;
        place += 1;
        return known[place] ?? null;
      },
      newer(): string | null {
        if (place === -1) return null;
        place -= 1;
        return place === -1 ? draft : (read()[place] ?? null);
      },
    };
  });
  return history;
}

function read(): string[] {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((text) => typeof text === "string") : [];
  } catch {
    return [];
  }
}

function write(texts: string[]): void {
  try {
    window.localStorage.setItem(KEY, JSON.stringify(texts));
  } catch {
    // They are only forgotten.
  }
}
