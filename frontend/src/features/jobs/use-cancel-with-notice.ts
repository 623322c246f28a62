import { notifications } from "@mantine/notifications";

import { asProblem } from "../../lib/api-problem";
import { useCancelJob } from "./job-queries";
import { strings } from "./strings";

/** Cancels; a refusal (it had just finished) is said in the server's words. */
export function useCancelWithNotice(): (jobId: string) => void {
  const { mutateAsync: cancel } = useCancelJob();
  // Not the callback of `mutate`: it is dropped when the row leaves a filtered list meanwhile.
  return (jobId) => void cancel(jobId).catch(showRefusal);
}

function showRefusal(error: unknown): void {
  notifications.show({ title: strings.cancelFailed, message: asProblem(error).message, color: "red" });
}
