import { useCallback, useEffect, useMemo, useRef, useState } from "react";

export interface Selection {
  ids: ReadonlySet<string>;
  /** Beyond what is shown: everything that the filters find. */
  everything: boolean;
  size: number;
  has: (id: string) => boolean;
  /** Always the same function, or every choice would draw every row. With `range`, everything between the last one that was chosen and this one follows it. */
  toggle: (id: string, range?: boolean) => void;
  /** All of these, or none of them. */
  setAll: (ids: readonly string[], on: boolean) => void;
  selectEverything: () => void;
  clear: () => void;
}

interface Chosen {
  ids: ReadonlySet<string>;
  anchor: string | null;
  everything: boolean;
}

const NOTHING: Chosen = { ids: new Set(), anchor: null, everything: false };

/** Which rows are chosen; `order` is the rows as they are shown. Rows that go away, or another `scope`, are not chosen. */
export function useSelection(order: readonly string[], scope: unknown): Selection {
  const [chosen, setChosen] = useState(NOTHING);
  const [before, setBefore] = useState(scope);
  if (before !== scope) {
    setBefore(scope);
    setChosen(NOTHING);
  }
  const ids = useMemo(() => {
    const shown = new Set(order);
    return chosen.everything ? shown : new Set([...chosen.ids].filter((id) => shown.has(id)));
  }, [order, chosen]);
  const latest = useRef({ ids, order });
  useEffect(() => {
    latest.current = { ids, order };
  }, [ids, order]);
  const toggle = useCallback((id: string, range = false) => {
    const { ids, order } = latest.current;
    setChosen((before) => toggled(before, ids, order, id, range));
  }, []);
  return useMemo(
    () => ({
      ids,
      everything: chosen.everything,
      size: ids.size,
      has: (id) => ids.has(id),
      toggle,
      setAll: (these, on) => setChosen({ ids: withAll(ids, these, on), anchor: null, everything: false }),
      selectEverything: () => setChosen((before) => ({ ...before, everything: true })),
      clear: () => setChosen(NOTHING),
    }),
    [ids, chosen, toggle],
  );
}

function withAll(ids: ReadonlySet<string>, these: readonly string[], on: boolean): ReadonlySet<string> {
  const next = new Set(ids);
  for (const id of these) {
    if (on) next.add(id);
    else next.delete(id);
  }
  return next;
}

function toggled(
  before: Chosen,
  ids: ReadonlySet<string>,
  order: readonly string[],
  id: string,
  range: boolean,
): Chosen {
  const next = new Set(ids);
  const turnOn = !ids.has(id);
  for (const each of range ? between(order, before.anchor, id) : [id]) {
    if (turnOn || range) next.add(each);
    else next.delete(each);
  }
  return { ids: next, anchor: id, everything: false };
}

function between(order: readonly string[], anchor: string | null, id: string): readonly string[] {
  const ends = [order.indexOf(anchor ?? id), order.indexOf(id)];
  if (ends.includes(-1)) return [id];
  return order.slice(Math.min(...ends), Math.max(...ends) + 1);
}
