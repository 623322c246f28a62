import { useIntersection } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { memo, useMemo } from "react";

import { elementsQuery, type Canvas } from "../canvases-api";
import { previewOf, type Preview } from "../preview";
import classes from "./CanvasPreview.module.css";
import { PreviewShapeView } from "./PreviewShapeView";

const LINE_HEIGHT_AHEAD = "200px"; // fetched a little before it scrolls into view

/** The drawing in small. Fetched when the card comes near the window; an empty canvas costs nothing. */
export function CanvasPreview({ canvas }: { canvas: Canvas }) {
  const { ref, entry } = useIntersection({ rootMargin: LINE_HEIGHT_AHEAD });
  const near = entry?.isIntersecting === true;
  const elements = useQuery({ ...elementsQuery(canvas), enabled: near && canvas.element_count > 0 });
  const preview = useMemo(() => (elements.data ? previewOf(elements.data) : null), [elements.data]);
  return (
    <div ref={ref} className={classes.frame}>
      {preview && <Drawing preview={preview} />}
    </div>
  );
}

const Drawing = memo(function Drawing({ preview }: { preview: Preview }) {
  return (
    <svg className={classes.drawing} viewBox={preview.viewBox} aria-hidden>
      {preview.shapes.map((shape) => (
        <PreviewShapeView key={shape.id} shape={shape} />
      ))}
    </svg>
  );
});
