import { QueryClient } from "@tanstack/react-query";

import { ApiProblem } from "./api-problem";

const MAX_RETRIES = 3;
const STALE_AFTER_MS = 30_000;

/** Only what may go away by itself is tried again: no answer, too many requests, a server in trouble. */
function worthRetrying(failures: number, error: Error): boolean {
  if (failures >= MAX_RETRIES || !(error instanceof ApiProblem)) return false;
  return error.isUnreachable || error.status === 429 || error.status >= 502;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // Socket events keep queries fresh; a window that comes back after a while still asks.
      queries: { staleTime: STALE_AFTER_MS, retry: worthRetrying, throwOnError: false },
      mutations: { retry: false },
    },
  });
}

/** The one cache of the page. Tests make their own. */
export const queryClient = createQueryClient();
