import { IconDeviceDesktop, IconMoon, IconSun } from "@tabler/icons-react";

/** What one can choose for the page; the canvas follows. */
export const SCHEMES = [
  { value: "auto", icon: IconDeviceDesktop },
  { value: "light", icon: IconSun },
  { value: "dark", icon: IconMoon },
] as const;
