import { ActionIcon, Menu, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import {
  IconArrowBackUp,
  IconBookmark,
  IconDots,
  IconPencil,
  IconSparkles,
  IconTrash,
  type Icon,
} from "@tabler/icons-react";
import { useState } from "react";

import { DrawingPreview } from "../../../components/drawing/DrawingPreview";
import { NameField } from "../../../components/ui/NameField";
import { asProblem } from "../../../lib/api-problem";
import { formatDateTime, formatRelative } from "../../../lib/format";
import { useDeleteVersion, useNameVersion, type Version } from "../api/version-queries";
import { strings } from "../strings";
import { titleOf } from "../version-words";
import classes from "./VersionRow.module.css";

const words = strings.versions;
const ICONS: Record<string, Icon> = { job: IconSparkles, edit: IconPencil, restore: IconArrowBackUp };

interface VersionRowProps {
  canvasId: string;
  version: Version;
  now: number;
  isViewed: boolean;
  onView: () => void;
  /** It is about to be removed. */
  onGone: () => void;
}

export function VersionRow({ canvasId, version, now, isViewed, onView, onGone }: VersionRowProps) {
  const [isNaming, setNaming] = useState(false);
  const { mutateAsync: name } = useNameVersion(canvasId);
  const { mutateAsync: remove } = useDeleteVersion(canvasId);
  const title = titleOf(version);
  const finish = (next: string | null): void => {
    setNaming(false);
    if (next === null || next === version.name) return;
    void name({ id: version.id, name: next }).catch(failed(words.nameFailed));
  };
  return (
    <li className={classes.row} data-viewed={isViewed || undefined}>
      <button
        type="button"
        className={classes.view}
        aria-label={words.view(title)}
        aria-current={isViewed}
        onClick={onView}
      />
      <div className={classes.preview}>
        <DrawingPreview elements={version.preview} />
      </div>
      <div className={classes.words}>
        {isNaming ? (
          <span className={classes.naming}>
            <NameField label={words.nameLabel} name={version.name ?? ""} onDone={finish} />
          </span>
        ) : (
          <Title version={version} title={title} />
        )}
        <Facts version={version} now={now} />
      </div>
      <RowMenu
        title={title}
        isNamed={version.name !== null}
        onName={() => setNaming(true)}
        onDelete={() => {
          onGone();
          void remove(version.id).catch(failed(words.deleteFailed));
        }}
      />
    </li>
  );
}

function Title({ version, title }: { version: Version; title: string }) {
  const Glyph = version.name === null ? (ICONS[version.cause] ?? IconPencil) : IconBookmark;
  return (
    <Text size="sm" fw={version.name === null ? 400 : 600} className={classes.title} title={title}>
      <Glyph size={14} stroke={1.75} aria-hidden />
      <span>{title}</span>
    </Text>
  );
}

function Facts({ version, now }: { version: Version; now: number }) {
  const until = version.expires_at;
  const hint = until === null ? words.named : words.until(formatDateTime(until));
  return (
    <Text size="xs" c="dimmed" title={`${formatDateTime(version.created_at)}. ${hint}`} truncate>
      <time dateTime={version.created_at}>{formatRelative(version.created_at, now)}</time>
      {` · ${version.name === null ? words.elements(version.element_count) : (version.author ?? words.somebody)}`}
    </Text>
  );
}

interface RowMenuProps {
  title: string;
  isNamed: boolean;
  onName: () => void;
  onDelete: () => void;
}

function RowMenu({ title, isNamed, onName, onDelete }: RowMenuProps) {
  return (
    <Menu position="bottom-end" width={150} returnFocus={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={words.menu(title)} className={classes.menu}>
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={onName}>
          {isNamed ? words.rename : words.name}
        </Menu.Item>
        <Menu.Item leftSection={<IconTrash size={16} aria-hidden />} onClick={onDelete}>
          {words.delete}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function failed(title: string): (error: unknown) => void {
  return (error) => notifications.show({ title, message: asProblem(error).message, color: "red" });
}
