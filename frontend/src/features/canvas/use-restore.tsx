import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";

import { asProblem } from "../../lib/api-problem";
import { useRestoreVersion, type Version } from "./api/version-queries";
import { strings } from "./strings";
import { nameInSentence } from "./version-words";

const words = strings.versions;
const UNDO_FOR_MS = 12_000;

/** Brings a version back at once. That is not asked about: what was there is a version too, and one click away. */
export function useRestore(canvasId: string): (version: Version) => void {
  const { mutateAsync: restore } = useRestoreVersion(canvasId);
  const show = (error: unknown): void => {
    notifications.show({ title: words.restoreFailed, message: asProblem(error).message, color: "red" });
  };
  const undo = (notice: string, before: string): void => {
    notifications.hide(notice);
    void restore(before).then(() => notifications.show({ message: words.restoredNow }), show);
  };
  return (version) => {
    const notice = `restored-${version.id}`;
    const tell = ({ written, before }: Awaited<ReturnType<typeof restore>>): void => {
      if (written === 0 || before === null) {
        notifications.show({ message: words.unchanged });
        return;
      }
      notifications.show({
        id: notice,
        autoClose: UNDO_FOR_MS,
        message: (
          <Group justify="space-between" wrap="nowrap" gap="sm">
            <Text size="sm">{words.restored(nameInSentence(version))}</Text>
            <Button
              size="compact-sm"
              variant="light"
              style={{ flex: "none" }}
              onClick={() => undo(notice, before)}
            >
              {words.undo}
            </Button>
          </Group>
        ),
      });
    };
    void restore(version.id).then(tell, show);
  };
}
