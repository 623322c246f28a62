import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "../../lib/api-client";
import type { components } from "../../lib/api-schema";
import { becomeUser, forgetEverything, sessionQuery } from "./session";

export type ApiToken = components["schemas"]["Token"];

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { email: string; password: string }) => unwrap(api.POST("/api/auth/login", { body })),
    onSuccess: (signedIn) => becomeUser(client, signedIn),
  });
}

/** A guest who signs up keeps id and canvases. */
export function useSignUp() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name?: string; email: string; password: string }) =>
      unwrap(api.POST("/api/auth/signup", { body })),
    onSuccess: (signedIn) => becomeUser(client, signedIn),
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/auth/logout")),
    onSuccess: async () => {
      await client.query({ ...sessionQuery, staleTime: 0 }); // a new CSRF token, and nobody
      forgetEverything(client);
    },
  });
}

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: async () => (await unwrap(api.GET("/api/tokens"))).items,
});

export function useCreateToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => unwrap(api.POST("/api/tokens", { body: { name } })),
    onSuccess: () => client.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
}

export function useRevokeToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE("/api/tokens/{token_id}", { params: { path: { token_id: id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
}
