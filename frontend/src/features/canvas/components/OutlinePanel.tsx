import { CloseButton, Text } from "@mantine/core";
import {
  IconArrowNarrowRight,
  IconCircle,
  IconFrame,
  IconLine,
  IconScribble,
  IconSquare,
  IconSquareRotated,
  IconTypography,
  type Icon,
} from "@tabler/icons-react";

import type { OutlineEntry } from "../core/outline";
import type { Editor } from "../editor/editor";
import { strings } from "../strings";
import { useOutline } from "../use-editor-facts";
import classes from "./OutlinePanel.module.css";

const words = strings.outline;
const ICONS: Readonly<Record<string, Icon>> = {
  rectangle: IconSquare,
  ellipse: IconCircle,
  diamond: IconSquareRotated,
  arrow: IconArrowNarrowRight,
  line: IconLine,
  text: IconTypography,
  freedraw: IconScribble,
};

interface OutlinePanelProps {
  editor: Editor | null;
  onClose: () => void;
}

/** What is on the canvas as a list: for those who cannot see the drawing, and to find one's way in a large one. */
export function OutlinePanel({ editor, onClose }: OutlinePanelProps) {
  const entries = useOutline(editor, true);
  return (
    <nav className={classes.panel} aria-label={words.title}>
      <header className={classes.header}>
        <Text component="h2" fw={600} size="md" m={0}>
          {words.title}
        </Text>
        <Text size="xs" c="dimmed">
          {words.count(entries.length)}
        </Text>
        <CloseButton aria-label={words.close} onClick={onClose} ml="auto" />
      </header>
      {entries.length === 0 ? (
        <Text size="sm" c="dimmed" px="md">
          {words.empty}
        </Text>
      ) : (
        <ul className={classes.list}>
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} onFocus={() => editor?.focus(entry.id)} />
          ))}
        </ul>
      )}
    </nav>
  );
}

function Entry({ entry, onFocus }: { entry: OutlineEntry; onFocus: () => void }) {
  const Glyph = ICONS[entry.type] ?? IconFrame;
  const type = words.types[entry.type] ?? words.otherType;
  const joins = entry.from !== null && entry.to !== null ? words.joins(entry.from, entry.to) : null;
  const text = [entry.label, joins].filter(Boolean).join(" · ");
  return (
    <li>
      <button type="button" onClick={onFocus} aria-label={`${type}: ${text || words.unnamed}`}>
        <Glyph size={16} stroke={1.75} aria-hidden />
        <span data-dimmed={text === "" || undefined}>{text || `${type} ${words.unnamed}`}</span>
      </button>
    </li>
  );
}
