import { Button, Group, Modal, Stack } from "@mantine/core";
import type { ReactNode, SyntheticEvent } from "react";

import { ErrorNotice } from "../../../../components/ui/ErrorNotice";

interface FormDialogProps {
  opened: boolean;
  title: string;
  save: string;
  cancel: string;
  busy: boolean;
  error: Error | null;
  /** At the left of the buttons. */
  aside?: ReactNode;
  onSubmit: (event: SyntheticEvent<HTMLFormElement>) => void;
  onClose: () => void;
  children: ReactNode;
}

/** A small form over the page. What the server refuses is said in it. */
export function FormDialog(props: FormDialogProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title}>
      <form onSubmit={props.onSubmit} noValidate>
        <Stack gap="md">
          {props.children}
          {props.error && <ErrorNotice error={props.error} />}
          <Group justify="flex-end" gap="xs">
            {props.aside}
            <Button variant="default" onClick={props.onClose}>
              {props.cancel}
            </Button>
            <Button type="submit" loading={props.busy}>
              {props.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
