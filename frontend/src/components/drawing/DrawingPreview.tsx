import { memo, useMemo } from "react";

import classes from "./DrawingPreview.module.css";
import { previewOf } from "./preview";
import { PreviewShapeView } from "./PreviewShapeView";

interface DrawingPreviewProps {
  /** Not known yet: an empty sheet. */
  elements: readonly Readonly<Record<string, unknown>>[] | undefined;
}

/** A drawing in small, on a sheet of paper. */
export const DrawingPreview = memo(function DrawingPreview({ elements }: DrawingPreviewProps) {
  const preview = useMemo(() => (elements ? previewOf(elements) : null), [elements]);
  return (
    <div className={classes.frame}>
      {preview && (
        <svg className={classes.drawing} viewBox={preview.viewBox} aria-hidden>
          {preview.shapes.map((shape) => (
            <PreviewShapeView key={shape.id} shape={shape} />
          ))}
        </svg>
      )}
    </div>
  );
});
