import { useCallback, useRef, useState } from "react";

import { aiAgentService, newSubmissionKey, type AIAgentService } from "../jobs/ai-agent-service";
import type { DrawingOptions } from "./options";

export type DrawingMode = "create" | "modify";

export interface DrawingRequest {
  readonly mode: DrawingMode;
  readonly instructions: string;
  readonly options: DrawingOptions;
  /** Ids of the elements that a change is about; none: the whole canvas. */
  readonly selection?: readonly string[];
  /** The job that this one goes on from. */
  readonly followUpOf?: string;
  /** The job of which this is to be another version. */
  readonly variantOf?: string;
}

interface DrawingRequests {
  /** Resolves with the job's id once the server has it. */
  submit: (request: DrawingRequest) => Promise<string>;
  /** What was asked for from this page, by job: known before the server tells it. */
  asked: ReadonlyMap<string, DrawingRequest>;
}

/**
 * Asks for drawings on a canvas. A request that failed and is sent again, unchanged, goes out under the same key: if the
 * first one did reach the server, it is found instead of being done twice.
 */
export function useDrawingRequests(
  canvasId: string,
  service: AIAgentService = aiAgentService,
): DrawingRequests {
  const [asked, setAsked] = useState<ReadonlyMap<string, DrawingRequest>>(new Map());
  const unanswered = useRef<{ body: string; key: string } | null>(null);

  const submit = useCallback(
    async (request: DrawingRequest) => {
      const { instructions, options } = request;
      const { style, scheme: color_scheme, priority, preview } = options;
      const body = {
        canvas_id: canvasId,
        instructions,
        style,
        color_scheme,
        priority,
        preview,
        ...(request.followUpOf !== undefined && { follow_up_of: request.followUpOf }),
        ...(request.variantOf !== undefined && { variant_of: request.variantOf }),
        ...(request.mode === "modify" && request.selection?.length && { selection: [...request.selection] }),
      };
      const written = JSON.stringify([request.mode, body]);
      if (unanswered.current?.body !== written)
        unanswered.current = { body: written, key: newSubmissionKey() };
      const { key } = unanswered.current;
      const started =
        request.mode === "create" ? await service.create(body, key) : await service.modify(body, key);
      unanswered.current = null;
      setAsked((before) => new Map(before).set(started.job_id, request));
      return started.job_id;
    },
    [canvasId, service],
  );
  return { submit, asked };
}
