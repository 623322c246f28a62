import { useState } from "react";

import classes from "./ProgressBar.module.css";
import type { ShownStatus } from "./StatusBadge";

interface ProgressBarProps {
  /** 0–100, as the worker reported it. */
  value: number;
  status: ShownStatus;
  /** What is making progress, for screen readers. */
  label: string;
}

/** A bar that only goes forward: a late or repeated report changes nothing. Give it a `key` per job. */
export function ProgressBar({ value, status, label }: ProgressBarProps) {
  const [furthest, setFurthest] = useState(value);
  if (value > furthest) setFurthest(value);
  const shown = Math.max(0, Math.min(100, Math.max(value, furthest)));
  return (
    <div
      className={classes.track}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(shown)}
      data-status={status}
    >
      <div className={classes.bar} style={{ transform: `scaleX(${shown / 100})` }} />
    </div>
  );
}
