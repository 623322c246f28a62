import { useIntersection } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";

import { DrawingPreview } from "../../../components/drawing/DrawingPreview";
import { elementsQuery, type Canvas } from "../canvases-api";

const AHEAD = "200px"; // fetched a little before it scrolls into view

/** The drawing in small. Fetched when the card comes near the window; an empty canvas costs nothing. */
export function CanvasPreview({ canvas }: { canvas: Canvas }) {
  const { ref, entry } = useIntersection({ rootMargin: AHEAD });
  const near = entry?.isIntersecting === true;
  const visible = canvas.element_count > 0 && canvas.deleted_at === null; // a deleted one is not given out
  const elements = useQuery({ ...elementsQuery(canvas), enabled: near && visible });
  return (
    <div ref={ref}>
      <DrawingPreview elements={elements.data} />
    </div>
  );
}
