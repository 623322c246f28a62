import type { FullJob } from "../jobs/job-types";
import { DEFAULT_OPTIONS, PRIORITIES, SCHEMES, STYLES } from "./options";
import type { DrawingRequest } from "./use-drawing-requests";

/** What a job was asked to do, to be asked again; null for jobs of another kind, or if it is not told. */
export function requestOf(
  job: Pick<FullJob, "job_type" | "request_data" | "priority">,
): DrawingRequest | null {
  const { instructions, style, color_scheme, preview } = job.request_data;
  if (typeof instructions !== "string") return null;
  return {
    mode: job.job_type === "modify_canvas" ? "modify" : "create",
    instructions,
    options: {
      style: oneOf(STYLES, style) ?? DEFAULT_OPTIONS.style,
      scheme: oneOf(SCHEMES, color_scheme) ?? DEFAULT_OPTIONS.scheme,
      priority: oneOf(PRIORITIES, job.priority) ?? DEFAULT_OPTIONS.priority,
      preview: preview === true,
    },
  };
}

function oneOf<Value>(values: readonly Value[], value: unknown): Value | undefined {
  return values.find((known) => known === value);
}
