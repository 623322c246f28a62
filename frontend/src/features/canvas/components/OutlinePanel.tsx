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

import { useEffect } from "react";

import type { OutlineEntry } from "../core/outline";
import type { Editor } from "../editor/editor";
import { strings } from "../strings";
import { useOutline } from "../use-editor-facts";
import classes from "./OutlinePanel.module.css";
import side from "./SidePanel.module.css";

const words = strings.outline;
const PANEL_PX = 272;
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
  const entries = useOutline(editor);
  useEffect(() => editor?.coverLeft(PANEL_PX), [editor]);
  return (
    <nav
      className={side.panel}
      data-kind="outline"
      aria-label={words.title}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <header className={side.header}>
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
  const spoken = [entry.label, joins].filter(Boolean).join(", ");
  return (
    <li>
      <button type="button" onClick={onFocus} aria-label={`${type}: ${spoken || words.unnamed}`}>
        <Glyph size={16} stroke={1.75} aria-hidden />
        <Label entry={entry} fallback={`${type} ${words.unnamed}`} />
      </button>
    </li>
  );
}

function Label({ entry, fallback }: { entry: OutlineEntry; fallback: string }) {
  if (entry.from !== null && entry.to !== null) {
    return (
      <span>
        {entry.from}
        <IconArrowNarrowRight size={16} stroke={1.5} className={classes.joins} aria-hidden />
        {entry.to}
        {entry.label !== "" && <em>{entry.label}</em>}
      </span>
    );
  }
  return <span data-dimmed={entry.label === "" || undefined}>{entry.label || fallback}</span>;
}
