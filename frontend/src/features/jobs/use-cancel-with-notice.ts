import { notifications } from "@mantine/notifications";

import { asProblem } from "../../lib/api-problem";
import { useCancelJob } from "./job-queries";
import { strings } from "./strings";

/** Cancels; a refusal (it had just finished) is said in the server's words. */
export function useCancelWithNotice(): (jobId: string) => void {
  const { mutate } = useCancelJob();
  return (jobId) =>
    mutate(jobId, {
      onError: (error) =>
        notifications.show({ title: strings.cancelFailed, message: asProblem(error).message, color: "red" }),
    });
}
