import { TextInput } from "@mantine/core";
import { useState } from "react";

import classes from "./NameField.module.css";

const LONGEST_NAME = 200;

interface NameFieldProps {
  label: string;
  name: string;
  /** The new name, or null when it was given up. */
  onDone: (name: string | null) => void;
}

/** Enter or leaving keeps the name, Esc gives it up; an empty one is none. */
export function NameField({ label, name, onDone }: NameFieldProps) {
  const [value, setValue] = useState(name);
  return (
    <TextInput
      variant="unstyled"
      classNames={{ input: classes.input }}
      aria-label={label}
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
