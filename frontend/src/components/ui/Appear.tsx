import type { ReactNode } from "react";

import classes from "./Appear.module.css";

/** Shows skeletons only when waiting takes longer than 150 ms: what is quick never flickers. */
export function Appear({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={classes.late} role="status" aria-busy aria-label={label}>
      {children}
    </div>
  );
}
