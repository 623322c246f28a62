import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";

import type { BulkAnswer } from "./job-actions";
import { bulkWords } from "./bulk-words";
import { hideJobs, showJobs } from "./deletions";
import { strings } from "./strings";

const UNDO_FOR_MS = 5_000;

/**
 * Takes jobs out of sight at once and deletes them when the time to undo it is over. A page that is closed before has
 * deleted nothing. What the server leaves comes back, with the reason.
 */
export function offerUndo(ids: readonly string[], send: () => Promise<BulkAnswer | undefined>): void {
  const notice = `deleted-${ids[0] ?? ""}`;
  hideJobs(ids);
  const timer = setTimeout(() => void finish(), UNDO_FOR_MS);
  const undo = () => {
    clearTimeout(timer);
    notifications.hide(notice);
    showJobs(ids);
  };
  const finish = async () => {
    notifications.hide(notice);
    const answer = await send();
    const left = answer ? answer.skipped.map(({ job_id }) => job_id) : ids;
    showJobs(left);
    if (answer?.skipped.length) {
      notifications.show({
        title: strings.failedTo.delete,
        message: bulkWords("delete", answer),
        color: "red",
      });
    }
  };
  notifications.show({
    id: notice,
    autoClose: false,
    withCloseButton: false,
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text size="sm">{strings.deleted(ids.length)}</Text>
        <Button size="compact-sm" variant="light" onClick={undo}>
          {strings.undo}
        </Button>
      </Group>
    ),
  });
}
