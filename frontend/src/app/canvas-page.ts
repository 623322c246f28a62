import { useEffect } from "react";

const SETTLED_AFTER_MS = 1_500; // the page that is shown comes first

/** The editor is a megabyte: it is loaded apart from everything else. */
export const loadCanvasPage = () => import("../features/canvas/components/CanvasPage");

/** Fetches the editor ahead, so that a canvas opens at once. If it fails, opening the canvas says so. */
export function useCanvasPageAhead(): void {
  useEffect(() => {
    const timer = setTimeout(() => void loadCanvasPage().catch(() => undefined), SETTLED_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
}
