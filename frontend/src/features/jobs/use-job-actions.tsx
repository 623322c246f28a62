import { notifications } from "@mantine/notifications";
import { useMemo } from "react";
import { useNavigate } from "react-router";

import { asProblem } from "../../lib/api-problem";
import { useBulkAction, useChangePriority, useRetryJob, useRunAgain, type JobAction } from "./job-actions";
import { useCancelJob } from "./job-queries";
import type { Priority } from "./job-types";
import { OVER_LIST } from "./over-list";
import { strings } from "./strings";
import { offerUndo } from "./undo";

export interface JobActions {
  cancel: (id: string) => void;
  retry: (id: string) => void;
  runAgain: (id: string) => void;
  setPriority: (id: string, priority: Priority) => void;
  /** Can be undone for a while; only then it is sent. */
  remove: (ids: readonly string[]) => void;
}

/**
 * What can be done with one job. A refusal (it had just finished) is said in the server's words. The promises are
 * used, not the callbacks of `mutate`: those are dropped when the row leaves a filtered list meanwhile.
 */
export function useJobActions(): JobActions {
  const { mutateAsync: cancel } = useCancelJob();
  const { mutateAsync: retry } = useRetryJob();
  const { mutateAsync: runAgain } = useRunAgain();
  const { mutateAsync: changePriority } = useChangePriority();
  const { mutateAsync: bulk } = useBulkAction();
  const navigate = useNavigate();
  return useMemo(
    () => ({
      cancel: (id) => void cancel(id).catch(refusalOf("cancel")),
      retry: (id) =>
        void retry(id).then(
          () => notifications.show({ message: strings.retried, autoClose: 2_000 }),
          refusalOf("retry"),
        ),
      runAgain: (id) =>
        void runAgain(id).then(({ job_id, message }) => {
          notifications.show({ message: message || strings.runningAgain, autoClose: 4_000 });
          void navigate(`/jobs/${job_id}`, { state: OVER_LIST });
        }, refusalOf("run_again")),
      setPriority: (id, priority) => void changePriority({ id, priority }).catch(refusalOf("priority")),
      remove: (ids) =>
        offerUndo(ids, () => bulk({ action: "delete", ids: [...ids] }).catch(refusalOf("delete"))),
    }),
    [cancel, retry, runAgain, changePriority, bulk, navigate],
  );
}

function refusalOf(action: JobAction): (error: unknown) => undefined {
  return (error) => {
    const message = asProblem(error).message;
    notifications.show({ title: strings.failedTo[action], message, color: "red" });
  };
}
