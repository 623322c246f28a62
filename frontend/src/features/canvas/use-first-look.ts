import { useEffect, useRef } from "react";

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
