import { useState } from "react";

import { strings } from "../strings";
import classes from "./JobCard.module.css";

const LONG_CHARACTERS = 220;
const LONG_LINES = 5;

/** What was asked for, whole if it is short; a long one opens on demand. */
export function Instruction({ text }: { text: string }) {
  const [isOpen, setOpen] = useState(false);
  const isLong = text.length > LONG_CHARACTERS || text.split("\n").length > LONG_LINES;
  return (
    <div className={classes.instruction}>
      <p data-clamped={(isLong && !isOpen) || undefined}>{text}</p>
      {isLong && (
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? strings.job.showLess : strings.job.showAll}
        </button>
      )}
    </div>
  );
}
