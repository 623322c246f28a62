import { Button, Group, Modal, Text } from "@mantine/core";
import { Link } from "react-router";

import { strings } from "../strings";

interface GuestLeaveDialogProps {
  opened: boolean;
  onClose: () => void;
  onLeave: () => void;
}

/** A guest's sign-out cannot be undone, so it is asked about. */
export function GuestLeaveDialog({ opened, onClose, onLeave }: GuestLeaveDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title={strings.leave.title} centered>
      <Text size="sm">{strings.leave.text}</Text>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button
          variant="default"
          onClick={() => {
            onClose();
            onLeave();
          }}
        >
          {strings.leave.leave}
        </Button>
        <Button component={Link} to="/signup" onClick={onClose} data-autofocus>
          {strings.leave.keep}
        </Button>
      </Group>
    </Modal>
  );
}
