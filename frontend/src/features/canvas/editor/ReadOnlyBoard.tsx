import { useComputedColorScheme } from "@mantine/core";
import { useRef } from "react";

import classes from "./Board.module.css";
import {
  Excalidraw,
  restoreElements,
  type ExcalidrawElement,
  type ExcalidrawImperativeAPI,
} from "./excalidraw";
import { marksOf, type Marks } from "./version-marks";

const SHOWN_SHARE = 0.8; // of the view that the drawing fills

interface ReadOnlyBoardProps {
  elements: readonly Readonly<Record<string, unknown>>[];
  marks: Marks;
}

/** A drawing to look at, to move about in and to enlarge. What it is given first is what it shows: give it a key. */
export function ReadOnlyBoard({ elements, marks }: ReadOnlyBoardProps) {
  const theme = useComputedColorScheme("light");
  const api = useRef<ExcalidrawImperativeAPI | null>(null);
  const hasLooked = useRef(false);
  // They come in drawing order; without their keys, a wrong one of a program's cannot stop the editor.
  const plain = elements.map((element) => ({ ...element, index: null }));
  const drawn = restoreElements(plain as unknown as readonly ExcalidrawElement[], null);

  const lookOnce = (): void => {
    if (hasLooked.current || !api.current) return;
    hasLooked.current = true;
    api.current.scrollToContent(drawn, { fitToViewport: true, viewportZoomFactor: SHOWN_SHARE, maxZoom: 1 });
  };
  return (
    <div className={classes.board} data-read-only>
      <Excalidraw
        excalidrawAPI={(given) => {
          api.current = given;
        }}
        initialData={{ elements: [...drawn, ...marksOf(drawn, marks)] }}
        onChange={lookOnce}
        theme={theme}
        viewModeEnabled
        zenModeEnabled
        aiEnabled={false}
      />
    </div>
  );
}
