import {
  IconBan,
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconRefresh,
  type Icon,
} from "@tabler/icons-react";

import classes from "./StatusBadge.module.css";
import { strings } from "./strings";

/** A job's status as people see it: a queued job that waits for another attempt is `retrying`. */
export type ShownStatus = "queued" | "processing" | "retrying" | "completed" | "failed" | "cancelled";

const ICONS: Record<Exclude<ShownStatus, "processing">, Icon> = {
  queued: IconClock,
  retrying: IconRefresh,
  completed: IconCircleCheck,
  failed: IconCircleX,
  cancelled: IconBan,
};

const RING_LENGTH = 2 * Math.PI * 6;

interface StatusBadgeProps {
  status: ShownStatus;
  /** 0–100, shown while running. */
  progress?: number;
}

/** Icon, word and colour: the same everywhere, and never colour alone. */
export function StatusBadge({ status, progress = 0 }: StatusBadgeProps) {
  return (
    <span className={classes.badge} data-status={status}>
      <StatusIcon status={status} progress={progress} />
      <span className={classes.word}>
        {strings.status[status]}
        {status === "processing" && progress > 0 && ` ${Math.round(progress)} %`}
      </span>
    </span>
  );
}

function StatusIcon({ status, progress }: Required<StatusBadgeProps>) {
  if (status === "processing") return <Ring progress={progress} />;
  const Glyph = ICONS[status];
  return <Glyph size={16} stroke={1.75} aria-hidden />;
}

function Ring({ progress }: { progress: number }) {
  return (
    <svg className={classes.ring} viewBox="0 0 16 16" width={16} height={16} aria-hidden>
      <circle cx={8} cy={8} r={6} className={classes.track} />
      <circle
        cx={8}
        cy={8}
        r={6}
        className={classes.done}
        strokeDasharray={RING_LENGTH}
        strokeDashoffset={RING_LENGTH * (1 - progress / 100)}
      />
    </svg>
  );
}
