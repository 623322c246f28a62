import type { CanvasElement } from "./merge";

const MAX_ELEMENTS = 200;
const MAX_CHARACTERS = 400_000; // of JSON; the server refuses messages of more than about a megabyte

/** Cuts what is to be sent into messages that the server takes. One huge element still travels, alone. */
export function inBatches<Element extends CanvasElement>(elements: readonly Element[]): Element[][] {
  const batches: Element[][] = [];
  let current: Element[] = [];
  let characters = 0;
  for (const element of elements) {
    const size = JSON.stringify(element).length;
    if (current.length > 0 && (current.length >= MAX_ELEMENTS || characters + size > MAX_CHARACTERS)) {
      batches.push(current);
      current = [];
      characters = 0;
    }
    current.push(element);
    characters += size;
  }
  if (current.length > 0) batches.push(current);
  return batches;
}
