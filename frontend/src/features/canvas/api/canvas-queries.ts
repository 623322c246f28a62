import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "../../../lib/api-client";

export function canvasQuery(id: string) {
  return queryOptions({
    queryKey: ["canvases", "detail", id],
    queryFn: () => unwrap(api.GET("/api/canvases/{canvas_id}", { params: { path: { canvas_id: id } } })),
  });
}

/** The new name shows at once and is taken back if the server refuses it. */
export function useRenameThisCanvas(id: string) {
  const client = useQueryClient();
  const { queryKey } = canvasQuery(id);
  return useMutation({
    mutationFn: (name: string) =>
      unwrap(api.PATCH("/api/canvases/{canvas_id}", { params: { path: { canvas_id: id } }, body: { name } })),
    onMutate: (name) => {
      const before = client.getQueryData(queryKey);
      if (before) client.setQueryData(queryKey, { ...before, name });
      return { before };
    },
    onError: (_error, _name, context) => {
      if (context?.before) client.setQueryData(queryKey, context.before);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["canvases"] }),
  });
}
