import { Text } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClockPause,
  IconPlayerPause,
  IconRefresh,
  type Icon,
} from "@tabler/icons-react";

import { formatClock } from "../../../lib/format";
import type { Provider } from "../providers-api";
import { strings } from "../strings";
import classes from "./Providers.module.css";

const words = strings.state;

interface Shown {
  readonly tone: "good" | "waits" | "bad" | "off";
  readonly icon: Icon;
  readonly word: string;
  /** Why, where there is more to say. */
  readonly why: string | null;
}

/** Whether a provider is asked just now: icon, word and colour, with the reason below. */
export function ProviderState({ provider }: { provider: Provider }) {
  const { tone, icon: Glyph, word, why } = shownState(provider);
  const { waiting } = provider.circuit;
  return (
    <div className={classes.state}>
      <span className={classes.badge} data-tone={tone}>
        <Glyph size={16} stroke={1.75} aria-hidden />
        {word}
      </span>
      {why && (
        <Text size="sm" c="dimmed" className={classes.why}>
          {why}
        </Text>
      )}
      {waiting > 0 && <Text size="sm">{words.waiting(waiting)}</Text>}
    </div>
  );
}

function shownState({ enabled, problem, circuit }: Provider): Shown {
  if (problem) return { tone: "bad", icon: IconAlertTriangle, word: words.problem, why: problem };
  if (!enabled) return { tone: "off", icon: IconPlayerPause, word: words.off, why: null };
  if (circuit.state === "open" && circuit.open_until) {
    const word = words.waits(formatClock(circuit.open_until));
    return { tone: "waits", icon: IconClockPause, word, why: circuit.reason };
  }
  if (circuit.state !== "closed") {
    return { tone: "waits", icon: IconRefresh, word: words.probing, why: circuit.reason };
  }
  return { tone: "good", icon: IconCircleCheck, word: words.ready, why: null };
}
