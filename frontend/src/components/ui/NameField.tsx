import { TextInput } from "@mantine/core";
import { useState } from "react";

import classes from "./NameField.module.css";
import { strings } from "../strings";

const LONGEST_NAME = 200;

interface NameFieldProps {
  name: string;
  /** The new name, or null when it was given up. */
  onDone: (name: string | null) => void;
}

/** Enter or leaving keeps the name, Esc gives it up; an empty one is none. */
export function NameField({ name, onDone }: NameFieldProps) {
  const [value, setValue] = useState(name);
  return (
    <TextInput
      variant="unstyled"
      classNames={{ input: classes.input }}
      aria-label={strings.nameLabel}
      value={value}
      maxLength={LONGEST_NAME}
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setValue(event.currentTarget.value)}
      onBlur={() => onDone(value.trim() || null)}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") onDone(null);
      }}
    />
  );
}
