import { ActionIcon, Anchor, Button } from "@mantine/core";
import { IconArrowLeft, IconHistory, IconListTree, IconSparkles, type Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { Hint } from "../../../components/ui/Hint";
import { ThemeToggle } from "../../../components/ui/ThemeToggle";
import type { SessionState } from "../core/canvas-session";
import type { Guest } from "../core/room";
import { strings } from "../strings";
import { CanvasName } from "./CanvasName";
import classes from "./CanvasTopBar.module.css";
import { People } from "./People";
import { SaveState } from "./SaveState";

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

interface CanvasTopBarProps {
  canvasId: string;
  name: string | null;
  notices: ReactNode;
  session: SessionState;
  guests: readonly Guest[];
  isPanelOpen: boolean;
  onPanel: () => void;
  isOutlineOpen: boolean;
  onOutline: () => void;
  isVersionsOpen: boolean;
  onVersions: () => void;
}

/** Name, state and people of the canvas; everything that is not drawing itself. */
export function CanvasTopBar(props: CanvasTopBarProps) {
  const { canvasId, name, notices, session, guests, isPanelOpen, onPanel } = props;
  return (
    <header className={classes.bar}>
      <Hint label={strings.home}>
        <Anchor component={Link} to="/" aria-label={strings.home} className={classes.back}>
          <IconArrowLeft size={20} stroke={1.75} aria-hidden />
        </Anchor>
      </Hint>
      <CanvasName canvasId={canvasId} name={name} />
      <SaveState session={session} />
      <div className={classes.end}>
        <People guests={guests} />
        <PanelSwitch
          label={strings.outline.open}
          icon={IconListTree}
          isOpen={props.isOutlineOpen}
          onSwitch={props.onOutline}
        />
        <PanelSwitch
          label={strings.versions.open}
          icon={IconHistory}
          isOpen={props.isVersionsOpen}
          onSwitch={props.onVersions}
        />
        {notices}
        <span className={classes.wide}>
          <ThemeToggle />
        </span>
        <Hint label={strings.ai.keys(isMac)}>
          <Button
            size="xs"
            radius="xl"
            variant={isPanelOpen ? "light" : "filled"}
            leftSection={<IconSparkles size={16} stroke={1.75} aria-hidden />}
            aria-label={isPanelOpen ? strings.ai.close : strings.ai.open}
            aria-expanded={isPanelOpen}
            aria-keyshortcuts="Control+J Meta+J"
            onClick={onPanel}
          >
            {strings.ai.button}
          </Button>
        </Hint>
      </div>
    </header>
  );
}

interface PanelSwitchProps {
  label: string;
  icon: Icon;
  isOpen: boolean;
  onSwitch: () => void;
}

function PanelSwitch({ label, icon: Glyph, isOpen, onSwitch }: PanelSwitchProps) {
  return (
    <Hint label={label}>
      <ActionIcon
        variant={isOpen ? "light" : "subtle"}
        color={isOpen ? undefined : "gray"}
        size="lg"
        aria-label={label}
        aria-expanded={isOpen}
        onClick={onSwitch}
      >
        <Glyph size={18} stroke={1.75} aria-hidden />
      </ActionIcon>
    </Hint>
  );
}
