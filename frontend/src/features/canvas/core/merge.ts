/** The part of an Excalidraw element that working together needs; everything else travels along untouched. */
export interface CanvasElement {
  readonly id: string;
  readonly version: number;
  readonly versionNonce: number;
  readonly isDeleted?: boolean;
}

/** What identifies one state of an element. Elements are changed in place, so a state is remembered by value. */
export interface Stamp {
  readonly version: number;
  readonly nonce: number;
}

export function stampOf(element: CanvasElement): Stamp {
  return { version: element.version, nonce: element.versionNonce };
}

export function sameStamp(a: Stamp | undefined, b: Stamp | undefined): boolean {
  return a?.version === b?.version && a?.nonce === b?.nonce;
}

/** The one merge rule, the same as the server's and Excalidraw's: the higher version, then the lower nonce. */
export function beats(challenger: Stamp, holder: Stamp | undefined): boolean {
  if (!holder) return true;
  if (challenger.version !== holder.version) return challenger.version > holder.version;
  return challenger.nonce < holder.nonce;
}
