import { useCallback, useState } from "react";

const PREFIX = "collabcanvas-draft:";

/** Text that is being typed: it is there again after a reload of this tab, and gone when it was sent. */
export function useDraft(name: string | null): [string, (next: string) => void] {
  const [text, setText] = useState(() => read(name));
  const set = useCallback(
    (next: string) => {
      setText(next);
      write(name, next);
    },
    [name],
  );
  return [text, set];
}

// A browser may refuse storage: then it is only kept as long as the page.
function read(name: string | null): string {
  try {
    return name === null ? "" : (sessionStorage.getItem(PREFIX + name) ?? "");
  } catch {
    return "";
  }
}

function write(name: string | null, text: string): void {
  if (name === null) return;
  try {
    if (text === "") sessionStorage.removeItem(PREFIX + name);
    else sessionStorage.setItem(PREFIX + name, text);
  } catch {
    // See above.
  }
}
