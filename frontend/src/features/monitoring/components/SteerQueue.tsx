import { Button, Popover, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useState, type SubmitEvent } from "react";

import { asProblem } from "../../../lib/api-problem";
import { useSteerQueue } from "../staff-queries";
import type { StaffQueue } from "../staff-types";
import { strings } from "../strings";

const words = strings.queues;

/** Pause, with a reason for those who wait; resume with one click. */
export function SteerQueue({ queue }: { queue: StaffQueue }) {
  const { mutate, isPending } = useSteerQueue(queue.name);
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const [reason, setReason] = useState("");
  const onError = (error: unknown) =>
    notifications.show({ title: words.failedToSteer, message: asProblem(error).message, color: "red" });
  if (queue.paused) {
    return (
      <Button
        size="compact-sm"
        variant="light"
        loading={isPending}
        leftSection={<IconPlayerPlay size={14} aria-hidden />}
        aria-label={words.resumeNamed(queue.name)}
        onClick={() => mutate({ pause: false }, { onError })}
      >
        {words.resume}
      </Button>
    );
  }
  const pause = (event: SubmitEvent) => {
    event.preventDefault();
    mutate({ pause: true, reason: reason.trim() || null }, { onError });
    close();
  };
  return (
    <Popover
      opened={isOpen}
      onChange={(opened) => !opened && close()}
      trapFocus
      returnFocus
      position="bottom-end"
    >
      <Popover.Target>
        <Button
          size="compact-sm"
          variant="default"
          loading={isPending}
          leftSection={<IconPlayerPause size={14} aria-hidden />}
          aria-label={words.pauseNamed(queue.name)}
          onClick={toggle}
        >
          {words.pause}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={pause}>
          <Stack gap="sm" w={280}>
            <TextInput
              label={words.reason}
              placeholder={words.reasonPlaceholder}
              maxLength={200}
              data-autofocus
              value={reason}
              onChange={({ currentTarget }) => setReason(currentTarget.value)}
            />
            <Button type="submit" size="xs">
              {words.confirm}
            </Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
