import { Button, Group, Modal, Text } from "@mantine/core";

import { formatNumber } from "../../../lib/format";
import { strings } from "../strings";

const words = strings.bulk;

interface DeleteAllDialogProps {
  opened: boolean;
  /** Null where nobody has counted. */
  count: number | null;
  onClose: () => void;
  onConfirm: () => void;
}

/** Deleting what is not even shown cannot be undone, so it is asked about. */
export function DeleteAllDialog({ opened, count, onClose, onConfirm }: DeleteAllDialogProps) {
  const many = count === null ? words.manyMatching : formatNumber(count);
  return (
    <Modal opened={opened} onClose={onClose} title={words.deleteAllTitle(many)} centered>
      <Text size="sm">{words.deleteAllText}</Text>
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button variant="default" onClick={onClose} data-autofocus>
          {words.keep}
        </Button>
        <Button color="red" onClick={onConfirm}>
          {words.deleteAll}
        </Button>
      </Group>
    </Modal>
  );
}
