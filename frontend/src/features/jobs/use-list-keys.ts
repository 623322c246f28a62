import { useEffect, useEffectEvent, useRef, type RefObject } from "react";

export interface ListKeys {
  toggle: (id: string, range: boolean) => void;
  cancel: (id: string) => void;
  retry: (id: string) => void;
  /** False when there was nothing to leave. */
  escape: () => boolean;
}

/**
 * j and k walk through the rows wherever the focus is, x chooses, c and r act; Enter opens, as on any link. Not while
 * somebody writes, and not below a dialog.
 */
export function useListKeys(list: RefObject<HTMLElement | null>, keys: ListKeys): void {
  const last = useRef<string | null>(null);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (isElsewhere(event)) return;
    const rows = rowsOf(list.current);
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const row = rows[here];
    const id = row?.dataset["job"];
    switch (event.key) {
      case "j":
      case "k":
        move(rows, here, event.key === "j" ? 1 : -1, last.current);
        break;
      case "x":
      case "X":
        if (id) keys.toggle(id, event.shiftKey);
        break;
      case "c":
        if (id) keys.cancel(id);
        break;
      case "r":
        if (id) keys.retry(id);
        break;
      case "Escape":
        if (!keys.escape()) return;
        break;
      default:
        return;
    }
    event.preventDefault();
  });
  const onFocus = useEffectEvent((event: FocusEvent) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-job]") : null;
    if (row && list.current?.contains(row)) last.current = row.dataset["job"] ?? null;
  });
  useEffect(() => {
    document.addEventListener("keydown", onKey);
    document.addEventListener("focusin", onFocus);
    return () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("focusin", onFocus);
    };
  }, []);
}

function move(rows: readonly HTMLElement[], here: number, step: number, last: string | null): void {
  const from = here === -1 ? rows.findIndex((row) => row.dataset["job"] === last) : here;
  const to = from === -1 ? 0 : Math.max(0, Math.min(rows.length - 1, from + step));
  const link = rows[to]?.querySelector<HTMLElement>("a[data-row]");
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
}

function rowsOf(list: HTMLElement | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>("li[data-job]") ?? [])];
}

function isElsewhere(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
  if (document.querySelector("[role=dialog],[role=menu]")) return true;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  const writing = target instanceof HTMLInputElement && target.type !== "checkbox" && target.type !== "radio";
  return (
    writing ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    target.isContentEditable
  );
}
