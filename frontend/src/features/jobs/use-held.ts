import { useEffect, useState, type RefObject } from "react";

/** Whether a pointer rests on the element or the focus is in it: then nothing should move in it. Fingers don't rest. */
export function useHeld(element: RefObject<HTMLElement | null>): boolean {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    const look = (event: Event) => {
      const here = element.current;
      if (event instanceof PointerEvent && event.pointerType !== "mouse") return;
      const over = here?.matches(":hover") ?? false;
      setHeld(over || (here?.contains(document.activeElement) ?? false));
    };
    const events = ["pointerover", "focusin", "focusout"] as const;
    for (const name of events) document.addEventListener(name, look);
    return () => {
      for (const name of events) document.removeEventListener(name, look);
    };
  }, [element]);
  return held;
}
