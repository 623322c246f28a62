import { CloseButton } from "@mantine/core";
import type { ReactNode } from "react";

import classes from "./Toaster.module.css";

interface ToastCardProps {
  head: ReactNode;
  closeLabel: string;
  onClose: () => void;
  children: ReactNode;
  /** Beside the buttons. */
  message: string;
  actions: ReactNode;
  /** Said to those who do not see it. Nothing while a bar moves: that would never end. */
  announcement: string | null;
  job?: string;
}

/** What every toast looks like: a line on top, what it is about, and what can be done. */
export function ToastCard({
  head,
  closeLabel,
  onClose,
  children,
  message,
  actions,
  announcement,
  job,
}: ToastCardProps) {
  return (
    <article className={classes.toast} data-toast={job ?? "many"}>
      <div className={classes.head}>
        {head}
        <CloseButton size="sm" aria-label={closeLabel} onClick={onClose} />
      </div>
      {children}
      <div className={classes.foot}>
        <p className={classes.message}>{message}</p>
        <div className={classes.actions}>{actions}</div>
      </div>
      <span className={classes.spoken} role="status">
        {announcement}
      </span>
    </article>
  );
}
