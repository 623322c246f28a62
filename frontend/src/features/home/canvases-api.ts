import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
  type InfiniteData,
  type QueryClient,
} from "@tanstack/react-query";

import { api, unwrap } from "../../lib/api-client";
import type { components } from "../../lib/api-schema";

export type Canvas = components["schemas"]["Canvas"];
interface CanvasPage {
  items: Canvas[];
  next_cursor: string | null;
}
type CanvasPages = InfiniteData<CanvasPage, string | null>;

const PAGE_SIZE = 24;
const LISTS = ["canvases", "list"] as const;

export interface CanvasFilter {
  q: string;
  trash: boolean;
}

export function canvasesQuery({ q, trash }: CanvasFilter) {
  return infiniteQueryOptions({
    queryKey: [...LISTS, { q, trash }],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/canvases", {
          params: {
            query: { limit: PAGE_SIZE, trash, ...(q && { q }), ...(pageParam && { cursor: pageParam }) },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0, // one comes back here from the board, where everything may have changed
  });
}

/** By version: an unchanged canvas is never fetched twice. */
export function elementsQuery(canvas: Pick<Canvas, "id" | "version">) {
  return queryOptions({
    queryKey: ["canvases", "preview", canvas.id, canvas.version],
    queryFn: async () => {
      const path = { canvas_id: canvas.id };
      return (await unwrap(api.GET("/api/canvases/{canvas_id}/elements", { params: { path } }))).elements;
    },
    staleTime: Infinity,
  });
}

export function useCreateCanvas() {
  return useMutation({ mutationFn: () => unwrap(api.POST("/api/canvases", { body: {} })) });
}

interface Renaming {
  id: string;
  name: string;
}

export function useRenameCanvas() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, name }: Renaming) =>
      unwrap(api.PATCH("/api/canvases/{canvas_id}", { params: { path: { canvas_id: id } }, body: { name } })),
    onMutate: ({ id, name }) =>
      changeLists(client, (items) =>
        items.map((canvas) => (canvas.id === id ? { ...canvas, name } : canvas)),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: LISTS }),
  });
}

export function useDeleteCanvas() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.DELETE("/api/canvases/{canvas_id}", { params: { path: { canvas_id: id } } })),
    onMutate: (id) => changeLists(client, (items) => items.filter((canvas) => canvas.id !== id)),
    onSettled: () => client.invalidateQueries({ queryKey: LISTS }),
  });
}

export function useRestoreCanvas() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.POST("/api/canvases/{canvas_id}/restore", { params: { path: { canvas_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: LISTS }),
  });
}

async function changeLists(client: QueryClient, change: (items: Canvas[]) => Canvas[]): Promise<void> {
  await client.cancelQueries({ queryKey: LISTS });
  client.setQueriesData<CanvasPages>(
    { queryKey: LISTS },
    (data) => data && { ...data, pages: data.pages.map((page) => ({ ...page, items: change(page.items) })) },
  );
}
