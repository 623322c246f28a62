import { useSyncExternalStore } from "react";

import { Store } from "./store";

/** The build of the page itself; none where the page was not built, as in development. */
const OWN_BUILD = document.querySelector<HTMLMetaElement>('meta[name="build"]')?.content ?? null;
const outdated = new Store({ isOutdated: false });

/** The server says which version it is, `1.2.3+build`: with every connection, and when it is asked. */
export function noteServerVersion(version: string, own: string | null = OWN_BUILD): void {
  const build = version.split("+")[1];
  if (own !== null && build !== undefined) outdated.patch({ isOutdated: build !== own });
}

/** Whether the server serves a newer page than this one. */
export function useIsOutdated(): boolean {
  return useSyncExternalStore(outdated.subscribe, outdated.get).isOutdated;
}
