import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { api, unwrap } from "../../lib/api-client";
import type { components } from "../../lib/api-schema";
import { liveFeed } from "../../lib/live-feed";

export type Change = components["schemas"]["Change"];
export type Decision = "keep" | "undo" | "redo";

const SHOWN = 50;

/** What jobs did to a canvas, each as one step. `ended` is how many jobs have ended: another one means another change. */
export function changesQuery(canvasId: string, ended: number) {
  return queryOptions({
    queryKey: ["changes", canvasId, ended],
    queryFn: async () => {
      const path = { canvas_id: canvasId };
      const page = await unwrap(
        api.GET("/api/canvases/{canvas_id}/changes", { params: { path, query: { limit: SHOWN } } }),
      );
      return new Map(page.items.map((change) => [change.job_id, change]));
    },
    placeholderData: (before) => before,
  });
}

/** The changes of a canvas by job, as they are decided on this page and on others. */
export function useChanges(canvasId: string, ended: number): ReadonlyMap<string, Change> {
  const client = useQueryClient();
  useEffect(() => {
    const look = (message: { canvas_id: string }): void => {
      if (message.canvas_id === canvasId) void client.invalidateQueries({ queryKey: ["changes", canvasId] });
    };
    liveFeed.on("canvas:change", look);
    return () => {
      liveFeed.off("canvas:change", look);
    };
  }, [canvasId, client]);
  const found = useQuery({ ...changesQuery(canvasId, ended), enabled: ended > 0 });
  return found.data ?? NONE;
}

/** Keep, undo or do again what a job did. */
export function useDecide(canvasId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ jobId, decision }: { jobId: string; decision: Decision }) => {
      const params = { path: { canvas_id: canvasId, job_id: jobId } };
      if (decision === "keep")
        return unwrap(api.POST("/api/canvases/{canvas_id}/changes/{job_id}/keep", { params }));
      if (decision === "redo")
        return unwrap(api.POST("/api/canvases/{canvas_id}/changes/{job_id}/redo", { params }));
      const body = { spare_changed: true };
      return unwrap(api.POST("/api/canvases/{canvas_id}/changes/{job_id}/undo", { params, body }));
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["changes", canvasId] }),
  });
}

const NONE: ReadonlyMap<string, Change> = new Map();
