import type { CanvasElement } from "./merge";

/** What the outline reads of an element; fields that a type does not have are missing. */
export interface OutlinedElement extends CanvasElement {
  readonly type: string;
  readonly text?: string;
  readonly originalText?: string;
  readonly containerId?: string | null;
  readonly name?: string | null;
  readonly startBinding?: { readonly elementId: string } | null;
  readonly endBinding?: { readonly elementId: string } | null;
}

export interface OutlineEntry {
  readonly id: string;
  readonly type: string;
  readonly label: string;
  /** For arrows between shapes: the labels of both. */
  readonly from: string | null;
  readonly to: string | null;
}

/** The canvas as a list that can be read aloud: shapes with their text, arrows with what they join, in drawing order. */
export function outline(elements: readonly OutlinedElement[]): OutlineEntry[] {
  const living = elements.filter((element) => !element.isDeleted);
  const ids = new Set(living.map((element) => element.id));
  const boundText = new Map<string, string>();
  for (const element of living) {
    if (element.type === "text" && element.containerId) boundText.set(element.containerId, textOf(element));
  }
  const labels = new Map(
    living.map((element) => [element.id, boundText.get(element.id) ?? ownLabel(element)] as const),
  );
  return living
    .filter((element) => !(element.type === "text" && element.containerId && ids.has(element.containerId)))
    .map((element) => ({
      id: element.id,
      type: element.type,
      label: labels.get(element.id) ?? "",
      from: labels.get(element.startBinding?.elementId ?? "") ?? null,
      to: labels.get(element.endBinding?.elementId ?? "") ?? null,
    }));
}

function ownLabel(element: OutlinedElement): string {
  return element.type === "text" ? textOf(element) : (element.name ?? "");
}

function textOf(element: OutlinedElement): string {
  return (element.originalText ?? element.text ?? "").replace(/\s+/g, " ").trim();
}
