import { queryOptions, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

import { api, rememberCsrfToken, unwrap } from "../../lib/api-client";
import type { components } from "../../lib/api-schema";

export type User = components["schemas"]["User"];
export type Session = components["schemas"]["Session"];
type SignedIn = components["schemas"]["SignedIn"];

/** The browser's first call. It answers 200 for strangers too, so that the console stays clean. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async () => {
    const session = await unwrap(api.GET("/api/session"));
    rememberCsrfToken(session.csrf_token);
    return session;
  },
  staleTime: 5 * 60_000,
});

/** Who is here. `user` is null for a stranger and undefined until it is known. */
export function useSession(): {
  user: User | null | undefined;
  session: Session | undefined;
  error: Error | null;
  retry: () => void;
} {
  const { data, error, refetch } = useQuery(sessionQuery);
  return { user: data?.user, session: data, error: data ? null : error, retry: () => void refetch() };
}

/** What was seen as somebody else is forgotten; the session itself is replaced at once. */
export function becomeUser(client: QueryClient, signedIn: SignedIn): User {
  const { csrf_token, token: _unasked, ...user } = signedIn;
  rememberCsrfToken(csrf_token);
  const before = client.getQueryData(sessionQuery.queryKey);
  if (before?.user && before.user.id !== user.id) forgetEverything(client);
  if (before) client.setQueryData(sessionQuery.queryKey, { ...before, csrf_token, user });
  else void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
  return user;
}

export function forgetEverything(client: QueryClient): void {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
}

/** The present user; a stranger becomes a guest first. */
export function useEnsureUser(): () => Promise<User> {
  const client = useQueryClient();
  return useCallback(async () => {
    const { user } = await client.query({ ...sessionQuery, staleTime: "static" });
    return user ?? becomeUser(client, await unwrap(api.POST("/api/auth/guest")));
  }, [client]);
}
