import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";

import { asProblem } from "../../lib/api-problem";
import { useDeleteCanvas, useRenameCanvas, useRestoreCanvas } from "./canvases-api";
import { strings } from "./strings";

const UNDO_FOR_MS = 8_000;

/**
 * What the card's menu does, with its notices. Deleting is undone rather than asked about. The promises are used, not
 * the callbacks of `mutate`: those are dropped with the card, which goes at once.
 */
export function useCanvasActions() {
  const { mutateAsync: rename } = useRenameCanvas();
  const { mutateAsync: remove } = useDeleteCanvas();
  const { mutateAsync: restore } = useRestoreCanvas();
  const restoreById = (id: string) => void restore(id).catch(showFailure);
  return {
    rename: (id: string, name: string) => void rename({ id, name }).catch(showFailure),
    restore: restoreById,
    remove: (id: string, name: string) =>
      void remove(id).then(() => offerUndo(id, name, restoreById), showFailure),
  };
}

function showFailure(error: unknown): void {
  notifications.show({ title: strings.failed, message: asProblem(error).message, color: "red" });
}

function offerUndo(id: string, name: string, restore: (id: string) => void): void {
  const notice = `deleted-${id}`;
  notifications.show({
    id: notice,
    autoClose: UNDO_FOR_MS,
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text size="sm" truncate>
          {strings.deletedNotice(name)}
        </Text>
        <Button
          size="compact-sm"
          variant="light"
          style={{ flex: "none" }}
          onClick={() => {
            notifications.hide(notice);
            restore(id);
          }}
        >
          {strings.undo}
        </Button>
      </Group>
    ),
  });
}
