import { ActionIcon, Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowBackUp, IconArrowForwardUp, IconCheck, IconSparkles, IconX } from "@tabler/icons-react";

import { asProblem } from "../../../lib/api-problem";
import { useDecide, type Change, type Decision } from "../changes";
import { strings } from "../strings";
import classes from "./ChangeBar.module.css";

const words = strings.change;

interface ChangeBarProps {
  canvasId: string;
  change: Change;
  /** Asks for another version of the drawing; none for what cannot have one. */
  onVariant: (() => void) | null;
  onClose: () => void;
}

/** At the bottom of the board when a job has ended: keep what it did, undo it, or have another version. */
export function ChangeBar({ canvasId, change, onVariant, onClose }: ChangeBarProps) {
  const decide = useDecide(canvasId);
  const isUndone = change.status === "undone";
  const choose = (decision: Decision): void =>
    decide.mutate(
      { jobId: change.job_id, decision },
      {
        onSuccess: () => {
          if (decision === "keep") onClose();
        },
        onError: (error) => notifications.show({ color: "red", message: asProblem(error).message }),
      },
    );
  return (
    <div className={classes.bar} role="group" aria-label={words.label}>
      <span className={classes.text} role="status">
        {isUndone ? change.message : words.question}
      </span>
      {isUndone ? (
        <Button {...BUTTON} leftSection={<IconArrowForwardUp {...ICON} />} onClick={() => choose("redo")}>
          {words.redo}
        </Button>
      ) : (
        <>
          <Button
            {...BUTTON}
            variant="filled"
            leftSection={<IconCheck {...ICON} />}
            onClick={() => choose("keep")}
          >
            {words.keep}
          </Button>
          <Button {...BUTTON} leftSection={<IconArrowBackUp {...ICON} />} onClick={() => choose("undo")}>
            {words.undo}
          </Button>
        </>
      )}
      {onVariant && (
        <Button {...BUTTON} leftSection={<IconSparkles {...ICON} />} onClick={onVariant}>
          {words.variant}
        </Button>
      )}
      <ActionIcon
        variant="subtle"
        color="gray"
        size={30}
        radius="xl"
        aria-label={words.close}
        onClick={onClose}
      >
        <IconX {...ICON} />
      </ActionIcon>
    </div>
  );
}

const BUTTON = { size: "compact-sm", radius: "xl", variant: "default", fw: 500 } as const;
const ICON = { size: 16, stroke: 1.75, "aria-hidden": true } as const;
