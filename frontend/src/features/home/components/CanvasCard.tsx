import { ActionIcon, Menu, Text, VisuallyHidden } from "@mantine/core";
import { IconArrowBackUp, IconDots, IconPencil, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";

import { NameField } from "../../../components/ui/NameField";
import { formatDateTime, formatRelative } from "../../../lib/format";
import type { Canvas } from "../canvases-api";
import { strings } from "../strings";
import { useCanvasActions } from "../use-canvas-actions";
import classes from "./CanvasCard.module.css";
import { CanvasPreview } from "./CanvasPreview";

export function CanvasCard({ canvas, now }: { canvas: Canvas; now: number }) {
  const [renaming, setRenaming] = useState(false);
  const { rename } = useCanvasActions();
  const name = canvas.name || strings.unnamed;
  const deleted = canvas.deleted_at !== null;
  const at = canvas.deleted_at ?? canvas.updated_at;
  const when = formatRelative(at, now);
  return (
    <li className={classes.card} data-canvas={canvas.id}>
      {deleted ? (
        <CanvasPreview canvas={canvas} />
      ) : (
        <Link to={`/canvas/${canvas.id}`} className={classes.open}>
          <VisuallyHidden>{strings.preview(name)}</VisuallyHidden>
          <CanvasPreview canvas={canvas} />
        </Link>
      )}
      <div className={classes.foot}>
        <div className={classes.words}>
          {renaming ? (
            <NameField
              label={strings.nameLabel}
              name={canvas.name}
              onDone={(next) => {
                setRenaming(false);
                if (next !== null && next !== canvas.name) rename(canvas.id, next);
              }}
            />
          ) : (
            <Text size="sm" truncate title={name}>
              {name}
            </Text>
          )}
          <Text size="xs" c="dimmed" component="time" dateTime={at} title={formatDateTime(at)}>
            {deleted ? strings.deleted(when) : strings.edited(when)}
          </Text>
        </div>
        <CardMenu canvas={canvas} name={name} onRename={() => setRenaming(true)} />
      </div>
    </li>
  );
}

function CardMenu({ canvas, name, onRename }: { canvas: Canvas; name: string; onRename: () => void }) {
  const { remove, restore } = useCanvasActions();
  return (
    <Menu position="bottom-end" width={180} returnFocus={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={strings.actions(name)} className={classes.menu}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {canvas.deleted_at ? (
          <Menu.Item
            leftSection={<IconArrowBackUp size={16} aria-hidden />}
            onClick={() => restore(canvas.id)}
          >
            {strings.restore}
          </Menu.Item>
        ) : (
          <>
            <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={onRename}>
              {strings.rename}
            </Menu.Item>
            <Menu.Item
              leftSection={<IconTrash size={16} aria-hidden />}
              onClick={() => remove(canvas.id, name)}
            >
              {strings.delete}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
