import { useSyncExternalStore } from "react";

import { Store } from "../../lib/store";

interface Deletions {
  ids: ReadonlySet<string>;
}

/** Jobs that are not shown any more: their deletion is sent, or will be when the time to undo it is over. */
const deletions = new Store<Deletions>({ ids: new Set() });

export function hideJobs(ids: Iterable<string>): void {
  deletions.set({ ids: new Set([...deletions.get().ids, ...ids]) });
}

export function showJobs(ids: Iterable<string>): void {
  const back = new Set(ids);
  deletions.set({ ids: new Set([...deletions.get().ids].filter((id) => !back.has(id))) });
}

export function useHiddenJobs(): ReadonlySet<string> {
  return useSyncExternalStore(deletions.subscribe, deletions.get).ids;
}
