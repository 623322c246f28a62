import { useIntersection } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { memo, useMemo } from "react";

import { elementsQuery, type Canvas } from "../canvases-api";
import { previewOf, type Preview } from "../preview";
import classes from "./CanvasPreview.module.css";
import { PreviewShapeView } from "./PreviewShapeView";

const AHEAD = "200px"; // fetched a little before it scrolls into view

/** The drawing in small. Fetched when the card comes near the window; an empty canvas costs nothing. */
export function CanvasPreview({ canvas }: { canvas: Canvas }) {
  const { ref, entry } = useIntersection({ rootMargin: AHEAD });
  const near = entry?.isIntersecting === true;
  const visible = canvas.element_count > 0 && canvas.deleted_at === null; // a deleted one is not given out
  const elements = useQuery({ ...elementsQuery(canvas), enabled: near && visible });
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
