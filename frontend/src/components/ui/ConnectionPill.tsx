import { Tooltip } from "@mantine/core";
import { IconCheck, IconClock, IconCloudOff } from "@tabler/icons-react";
import { useEffect, useState } from "react";

import { useConnectionState, type ConnectionState } from "../../lib/socket";
import classes from "./ConnectionPill.module.css";
import { strings } from "./strings";

const QUIET_FOR_MS = 1_000; // a hiccup is not worth a word
const CAUGHT_UP_FOR_MS = 2_500;

type Shown = "nothing" | "reconnecting" | "polling" | "caught-up";

/** Offline is a state, not an error: a quiet pill while it lasts, then "all caught up". */
export function ConnectionPill() {
  const shown = useShown(useConnectionState());
  return (
    <span role="status" aria-live="polite">
      {shown === "reconnecting" && (
        <Tooltip label={strings.connection.reconnectingHint} multiline maw={280} withArrow>
          <span className={classes.pill} tabIndex={0}>
            <IconCloudOff size={14} aria-hidden /> {strings.connection.reconnecting}
          </span>
        </Tooltip>
      )}
      {shown === "polling" && (
        <Tooltip label={strings.connection.pollingHint} multiline maw={280} withArrow>
          <span className={classes.pill} tabIndex={0}>
            <IconClock size={14} aria-hidden /> {strings.connection.polling}
          </span>
        </Tooltip>
      )}
      {shown === "caught-up" && (
        <span className={classes.pill} data-good>
          <IconCheck size={14} aria-hidden /> {strings.connection.caughtUp}
        </span>
      )}
    </span>
  );
}

function useShown(state: ConnectionState): Shown {
  const [shown, setShown] = useState<Shown>("nothing");
  useEffect(() => {
    if (state === "reconnecting" || state === "polling") return after(QUIET_FOR_MS, () => setShown(state));
    return after(0, () =>
      setShown((before) => (before !== "nothing" && state === "connected" ? "caught-up" : "nothing")),
    );
  }, [state]);
  useEffect(
    () => (shown === "caught-up" ? after(CAUGHT_UP_FOR_MS, () => setShown("nothing")) : undefined),
    [shown],
  );
  return shown;
}

function after(delay: number, action: () => void): () => void {
  const timer = setTimeout(action, delay);
  return () => clearTimeout(timer);
}
