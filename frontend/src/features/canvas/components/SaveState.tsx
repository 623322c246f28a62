import { Tooltip } from "@mantine/core";
import { IconCheck, IconCloudCheck, IconCloudOff, IconCloudUp, type Icon } from "@tabler/icons-react";
import { useEffect, useState } from "react";

import type { SessionState } from "../core/canvas-session";
import { strings } from "../strings";
import classes from "./CanvasTopBar.module.css";

const words = strings.saving;
const QUIET_FOR_MS = 1_000; // what is saved within a second needs no word
const CAUGHT_UP_FOR_MS = 2_500;

type Kind = "loading" | "saved" | "saving" | "offline" | "caught-up" | "closed";
const ICONS: Record<Kind, Icon> = {
  loading: IconCloudUp,
  saved: IconCloudCheck,
  saving: IconCloudUp,
  offline: IconCloudOff,
  "caught-up": IconCheck,
  closed: IconCloudOff,
};

/** Whether what one sees is stored. Offline is a state, not an error. */
export function SaveState({ session }: { session: SessionState }) {
  const kind = useSteady(kindOf(session));
  const Glyph = ICONS[kind];
  return (
    <span role="status" className={classes.saving}>
      <Tooltip label={hintOf(kind)} disabled={hintOf(kind) === null} multiline maw={280} withArrow>
        <span className={classes.state} data-kind={kind}>
          <Glyph size={16} stroke={1.75} aria-hidden />
          <span className={classes.word}>{wordOf(kind, session.unsaved)}</span>
        </span>
      </Tooltip>
    </span>
  );
}

function kindOf({ phase, loaded, unsaved }: SessionState): Kind {
  if (phase === "closed") return "closed";
  if (phase === "live") return unsaved > 0 ? "saving" : "saved";
  return loaded ? "offline" : "loading";
}

function wordOf(kind: Kind, unsaved: number): string {
  switch (kind) {
    case "offline":
      return unsaved > 0 ? words.offlineWith(unsaved) : words.offline;
    case "caught-up":
      return words.caughtUp;
    case "loading":
    case "saved":
    case "saving":
    case "closed":
      return words[kind];
  }
}

function hintOf(kind: Kind): string | null {
  if (kind === "offline") return words.offlineHint;
  return kind === "saved" ? words.savedHint : null;
}

/** Says nothing of what lasts less than a second, and that all is well again after it was not. */
function useSteady(kind: Kind): Kind {
  const [shown, setShown] = useState(kind);
  useEffect(() => {
    const isGood = kind === "saved";
    const timer = setTimeout(
      () => setShown((before) => (before === "offline" && isGood ? "caught-up" : kind)),
      isGood || kind === "closed" ? 0 : QUIET_FOR_MS,
    );
    return () => clearTimeout(timer);
  }, [kind]);
  useEffect(() => {
    if (shown !== "caught-up") return undefined;
    const timer = setTimeout(() => setShown("saved"), CAUGHT_UP_FOR_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return shown;
}
