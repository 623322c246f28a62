import { useEffect, useRef } from "react";

import { usePanelIsSheet } from "./use-panel-state";
import type { Editor } from "./editor/editor";

/** Brings what is on a canvas into view, once, when it has been opened; somebody who has moved already is left alone. */
export function useFirstLook(editor: Editor | null, isLoaded: boolean): void {
  const hasMoved = useRef(false);
  const hasLooked = useRef(false);
  useEffect(
    () =>
      editor?.onViewMoved(() => {
        hasMoved.current = true;
      }),
    [editor],
  );
  useEffect(() => {
    if (!editor || !isLoaded || hasLooked.current) return;
    hasLooked.current = true;
    if (!hasMoved.current) editor.show(editor.allIds(), "at once");
  }, [editor, isLoaded]);
}

const SHEET_SETTLES_MS = 250;

/** The sheet on a phone takes half of the board: what was in view is brought into what is left of it. */
export function useSheetKeepsView(editor: Editor | null, isPanelOpen: boolean): void {
  const isSheet = usePanelIsSheet();
  useEffect(() => {
    if (!editor || !isSheet || !isPanelOpen) return undefined;
    const timer = setTimeout(() => {
      if (!editor.seesAnything()) editor.show(editor.allIds());
    }, SHEET_SETTLES_MS);
    return () => clearTimeout(timer);
  }, [editor, isSheet, isPanelOpen]);
}
