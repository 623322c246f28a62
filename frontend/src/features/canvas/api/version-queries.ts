import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";
import { useEffect } from "react";

import { api, unwrap } from "../../../lib/api-client";
import type { components } from "../../../lib/api-schema";
import { liveFeed } from "../../../lib/live-feed";

export type Version = components["schemas"]["CanvasVersion"];
export type VersionContents = components["schemas"]["CanvasVersionContents"];

const PAGE_SIZE = 20;

function versionsKey(canvasId: string) {
  return ["versions", canvasId] as const;
}

/** What a canvas was like, the newest first. */
export function versionsQuery(canvasId: string) {
  return infiniteQueryOptions({
    queryKey: [...versionsKey(canvasId), "list"],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/canvases/{canvas_id}/versions", {
          params: {
            path: { canvas_id: canvasId },
            query: { limit: PAGE_SIZE, ...(pageParam && { cursor: pageParam }) },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0, // versions are kept while the panel is closed
  });
}

/** One version with its elements, and what was different on the canvas when it was asked for. */
export function versionQuery(canvasId: string, versionId: string) {
  return queryOptions({
    queryKey: [...versionsKey(canvasId), "contents", versionId],
    queryFn: () =>
      unwrap(api.GET("/api/canvases/{canvas_id}/versions/{version_id}", at(canvasId, versionId))),
    staleTime: 0,
    gcTime: 0, // thousands of elements
  });
}

/** Asks again when a version was kept, named or removed, here or by somebody else. */
export function useLiveVersions(canvasId: string): void {
  const client = useQueryClient();
  useEffect(() => {
    const look = (message: { canvas_id: string }): void => {
      if (message.canvas_id === canvasId) void refresh(client, canvasId);
    };
    liveFeed.on("canvas:versions", look);
    return () => liveFeed.off("canvas:versions", look);
  }, [canvasId, client]);
}

export function useKeepVersion(canvasId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) =>
      unwrap(
        api.POST("/api/canvases/{canvas_id}/versions", {
          params: { path: { canvas_id: canvasId } },
          body: { name },
        }),
      ),
    onSettled: () => refresh(client, canvasId),
  });
}

export function useNameVersion(canvasId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, name }: { id: string; name: string }) =>
      unwrap(
        api.PATCH("/api/canvases/{canvas_id}/versions/{version_id}", { ...at(canvasId, id), body: { name } }),
      ),
    onSettled: () => refresh(client, canvasId),
  });
}

export function useDeleteVersion(canvasId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE("/api/canvases/{canvas_id}/versions/{version_id}", at(canvasId, id))),
    onSettled: () => refresh(client, canvasId),
  });
}

export function useRestoreVersion(canvasId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.POST("/api/canvases/{canvas_id}/versions/{version_id}/restore", at(canvasId, id))),
    onSettled: () => refresh(client, canvasId),
  });
}

function at(canvasId: string, versionId: string) {
  return { params: { path: { canvas_id: canvasId, version_id: versionId } } };
}

function refresh(client: QueryClient, canvasId: string): Promise<void> {
  return client.invalidateQueries({ queryKey: [...versionsKey(canvasId), "list"] });
}
