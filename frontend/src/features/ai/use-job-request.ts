import { useQuery } from "@tanstack/react-query";

import { jobQuery } from "../jobs/job-queries";
import { requestOf } from "./request-of";
import type { DrawingRequest } from "./use-drawing-requests";

/** What a job was asked to do; null until it is known, and without a job. */
export function useJobRequest(jobId: string | null): DrawingRequest | null {
  const detail = useQuery({ ...jobQuery(jobId ?? ""), enabled: jobId !== null }).data;
  return detail && jobId !== null ? requestOf(detail) : null;
}
