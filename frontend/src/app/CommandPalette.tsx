import { useMantineColorScheme } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import {
  IconActivity,
  IconCircleX,
  IconCoins,
  IconDeviceDesktop,
  IconHistory,
  IconKeyboard,
  IconListCheck,
  IconMoon,
  IconPlugConnected,
  IconProgress,
  IconReceipt,
  IconSearch,
  IconServer,
  IconSettings,
  IconStack2,
  IconSun,
  IconUsers,
} from "@tabler/icons-react";
import { useNavigate } from "react-router";

import { useSession } from "../features/accounts/session";
import { ShortcutsDialog } from "./ShortcutsDialog";
import { strings } from "./strings";

const words = strings.palette;
const glyph = { size: 18, stroke: 1.75, "aria-hidden": true } as const;

/** ⌘/Ctrl K from everywhere; ? lists the shortcuts. */
export function CommandPalette() {
  const [shortcutsOpen, shortcuts] = useDisclosure(false);
  useHotkeys([["shift+?", shortcuts.open]]);
  const places = usePlaces();
  const looks = useLooks();
  const actions = [
    ...places,
    ...looks,
    {
      id: "shortcuts",
      label: words.shortcuts,
      leftSection: <IconKeyboard {...glyph} />,
      onClick: shortcuts.open,
    },
  ];
  return (
    <>
      <Spotlight
        actions={actions}
        shortcut="mod + K"
        nothingFound={words.nothing}
        searchProps={{ leftSection: <IconSearch {...glyph} />, placeholder: words.placeholder }}
      />
      <ShortcutsDialog opened={shortcutsOpen} onClose={shortcuts.close} />
    </>
  );
}

function usePlaces(): SpotlightActionData[] {
  const { user } = useSession();
  const navigate = useNavigate();
  const go = (path: string) => () => void navigate(path);
  const home = { id: "home", label: words.home, leftSection: <IconStack2 {...glyph} />, onClick: go("/") };
  if (!user) return [home];
  return [
    home,
    { id: "jobs", label: words.jobs, leftSection: <IconListCheck {...glyph} />, onClick: go("/jobs") },
    {
      id: "running",
      label: words.running,
      leftSection: <IconProgress {...glyph} />,
      onClick: go("/jobs?status=processing"),
    },
    {
      id: "failed",
      label: words.failed,
      leftSection: <IconCircleX {...glyph} />,
      onClick: go("/jobs?status=failed"),
    },
    {
      id: "settings",
      label: words.settings,
      leftSection: <IconSettings {...glyph} />,
      onClick: go("/settings"),
    },
    { id: "usage", label: words.usage, leftSection: <IconReceipt {...glyph} />, onClick: go("/usage") },
    ...(user.role === "user" ? [] : staffPlaces(go)),
  ];
}

function staffPlaces(go: (path: string) => () => void): SpotlightActionData[] {
  const places = [
    ["staff", "/staff", IconActivity],
    ["workers", "/staff/workers", IconServer],
    ["audit", "/staff/audit", IconHistory],
    ["people", "/staff/people", IconUsers],
    ["billing", "/staff/billing", IconCoins],
    ["providers", "/staff/providers", IconPlugConnected],
  ] as const;
  return places.map(([id, path, Icon]) => ({
    id,
    label: words[id],
    leftSection: <Icon {...glyph} />,
    onClick: go(path),
  }));
}

function useLooks(): SpotlightActionData[] {
  const { setColorScheme } = useMantineColorScheme();
  return [
    {
      id: "light",
      label: words.light,
      leftSection: <IconSun {...glyph} />,
      onClick: () => setColorScheme("light"),
    },
    {
      id: "dark",
      label: words.dark,
      leftSection: <IconMoon {...glyph} />,
      onClick: () => setColorScheme("dark"),
    },
    {
      id: "system",
      label: words.system,
      leftSection: <IconDeviceDesktop {...glyph} />,
      onClick: () => setColorScheme("auto"),
    },
  ];
}
