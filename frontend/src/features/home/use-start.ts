import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { useEnsureUser } from "../accounts/session";
import { aiAgentService } from "../jobs/ai-agent-service";
import { useCreateCanvas } from "./canvases-api";

/** The two ways to begin. `starting` holds until the page is left. A stranger becomes a guest on the way, and lands on the canvas. */
export function useStart() {
  const ensureUser = useEnsureUser();
  const navigate = useNavigate();
  const { mutateAsync: createCanvas } = useCreateCanvas();
  const drawing = useMutation({
    mutationFn: async (instructions: string) => {
      await ensureUser();
      const started = await aiAgentService.create({ instructions });
      await navigate(`/canvas/${started.canvas_id}`, { state: { jobId: started.job_id } });
    },
  });
  const empty = useMutation({
    mutationFn: async () => {
      await ensureUser();
      const canvas = await createCanvas();
      await navigate(`/canvas/${canvas.id}`);
    },
  });
  return {
    drawing,
    empty,
    starting: [drawing, empty].some(({ isPending, isSuccess }) => isPending || isSuccess),
  };
}
