import { MARK_COLORS } from "../version-words";
import { getCommonBounds, restoreElements, type ExcalidrawElement } from "./excalidraw";

/** Ids of what is different by now, and of what is gone. */
export interface Marks {
  changed: readonly string[];
  removed: readonly string[];
}

const AROUND = 8; // scene units between a shape and its mark

/** A dashed frame around each element that is different now. They belong to the view alone. */
export function marksOf(elements: readonly ExcalidrawElement[], marks: Marks): ExcalidrawElement[] {
  const colors = new Map<string, string>([
    ...marks.changed.map((id) => [id, MARK_COLORS.changed] as const),
    ...marks.removed.map((id) => [id, MARK_COLORS.removed] as const),
  ]);
  const frames = elements.flatMap((element) => {
    const strokeColor = colors.get(element.id);
    return strokeColor ? [frameAround(element, strokeColor)] : [];
  });
  return restoreElements(frames as unknown as ExcalidrawElement[], null);
}

function frameAround(element: ExcalidrawElement, strokeColor: string): Record<string, unknown> {
  const [left, top, right, bottom] = getCommonBounds([element]);
  return {
    id: `mark-${element.id}`,
    type: "rectangle",
    x: left - AROUND,
    y: top - AROUND,
    width: right - left + 2 * AROUND,
    height: bottom - top + 2 * AROUND,
    strokeColor,
    strokeWidth: 2,
    strokeStyle: "dashed",
    roughness: 0,
    roundness: { type: 3 },
  };
}
