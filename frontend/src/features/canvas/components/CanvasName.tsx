import { Skeleton, TextInput, UnstyledButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRef, useState, type KeyboardEvent } from "react";

import { asProblem } from "../../../lib/api-problem";
import { useRenameThisCanvas } from "../api/canvas-queries";
import { strings } from "../strings";
import classes from "./CanvasTopBar.module.css";

const MAX_NAME_CHARACTERS = 200;

interface CanvasNameProps {
  canvasId: string;
  name: string | null;
}

/** The name, renamed in its place: Enter or leaving the field keeps the new one, Escape the old one. */
export function CanvasName({ canvasId, name }: CanvasNameProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const { mutate: rename } = useRenameThisCanvas(canvasId);
  if (name === null) return <Skeleton width={140} height={16} ml="xs" />;

  const finish = (next: string | null): void => {
    setDraft(null);
    const chosen = next?.trim() ?? "";
    if (chosen === "" || chosen === name) return;
    rename(chosen, {
      onError: (error) =>
        notifications.show({ color: "red", title: strings.renameFailed, message: asProblem(error).message }),
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || !["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    finish(event.key === "Enter" ? draft : null);
    requestAnimationFrame(() => button.current?.focus());
  };

  return (
    <div className={classes.name}>
      {draft === null ? (
        <UnstyledButton
          ref={button}
          className={classes.nameButton}
          aria-label={strings.rename(name)}
          onClick={() => setDraft(name)}
        >
          {name}
        </UnstyledButton>
      ) : (
        <TextInput
          size="xs"
          className={classes.nameInput}
          aria-label={strings.nameLabel}
          maxLength={MAX_NAME_CHARACTERS}
          value={draft}
          autoFocus
          onFocus={(event) => event.currentTarget.select()}
          onChange={(event) => setDraft(event.currentTarget.value)}
          onBlur={() => finish(draft)}
          onKeyDown={onKeyDown}
        />
      )}
    </div>
  );
}
