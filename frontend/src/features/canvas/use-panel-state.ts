import { useMediaQuery } from "@mantine/hooks";
import { useCallback, useState } from "react";

const KEY = "collabcanvas.ai-panel";
const WIDE = "(min-width: 48.0625em)";

/** Whether the AI panel is open: as one left it; the first time where there is room, or where a job was just started. */
export function usePanelState(): [boolean, (isOpen: boolean) => void] {
  const [isOpen, setOpen] = useState(() => {
    const kept = read();
    if (!window.matchMedia(WIDE).matches) return startedFromHome();
    return kept ?? true;
  });
  const set = useCallback((next: boolean) => {
    setOpen(next);
    if (!window.matchMedia(WIDE).matches) return; // a sheet is opened for the moment
    try {
      window.localStorage.setItem(KEY, next ? "open" : "closed");
    } catch {
      // It is only forgotten.
    }
  }, []);
  return [isOpen, set];
}

/** Where there is no room beside the board, the panel is a sheet below it. */
export function usePanelIsSheet(): boolean {
  return !useMediaQuery(WIDE, true, { getInitialValueInEffect: false });
}

function read(): boolean | null {
  try {
    const kept = window.localStorage.getItem(KEY);
    return kept === null ? null : kept === "open";
  } catch {
    return null;
  }
}

/** The page that one comes from says so in the history's state. */
function startedFromHome(): boolean {
  const state = window.history.state as { usr?: { jobId?: unknown } } | null;
  return typeof state?.usr?.jobId === "string";
}
