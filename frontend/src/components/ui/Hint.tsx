import { Tooltip, type TooltipProps } from "@mantine/core";

const AFTER_MS = 600;

/** What a button without words does, for those who point at it and wait. Nothing on a touch screen, where it would stay. */
export function Hint({ disabled = false, ...props }: Pick<TooltipProps, "label" | "children" | "disabled">) {
  const canPoint = window.matchMedia("(hover: hover)").matches;
  return <Tooltip openDelay={AFTER_MS} disabled={disabled || !canPoint} {...props} />;
}
