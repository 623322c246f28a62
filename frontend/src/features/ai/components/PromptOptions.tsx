import { ActionIcon, Button, Popover, SegmentedControl, Select, Stack, Switch } from "@mantine/core";
import { IconAdjustmentsHorizontal } from "@tabler/icons-react";

import { useSession } from "../../accounts/session";
import {
  DEFAULT_OPTIONS,
  GUEST_PRIORITIES,
  isDefault,
  PRIORITIES,
  SCHEMES,
  STYLES,
  type DrawingOptions,
} from "../options";
import { strings } from "../strings";
import type { DrawingMode } from "../use-drawing-requests";

interface PromptOptionsProps {
  mode: DrawingMode;
  onMode: (mode: DrawingMode) => void;
  /** There is nothing to change on an empty canvas. */
  canModify: boolean;
  /** How many elements are selected: a change is about them. */
  selected: number;
  options: DrawingOptions;
  onOptions: (options: DrawingOptions) => void;
}

/** Below the prompt: new drawing or change, and how it is drawn. */
export function PromptOptions({ mode, onMode, canModify, selected, options, onOptions }: PromptOptionsProps) {
  return (
    <>
      {canModify && (
        <SegmentedControl
          size="xs"
          radius="xl"
          aria-label={strings.panel.mode}
          value={mode}
          onChange={(value) => onMode(value)}
          data={[
            {
              value: "modify",
              label: selected > 0 ? strings.panel.changeSelected : strings.panel.modes.modify,
            },
            { value: "create", label: strings.panel.modes.create },
          ]}
        />
      )}
      <OptionsPopover options={options} onOptions={onOptions} />
    </>
  );
}

function OptionsPopover({ options, onOptions }: Pick<PromptOptionsProps, "options" | "onOptions">) {
  const { user } = useSession();
  const priorities = user?.is_guest ? GUEST_PRIORITIES : PRIORITIES;
  const changed = !isDefault(options);
  const label = changed ? strings.panel.optionsChanged : strings.panel.options;
  return (
    <Popover width={240} position="top-start" trapFocus returnFocus withArrow shadow="md">
      <Popover.Target>
        <ActionIcon
          variant={changed ? "light" : "subtle"}
          color={changed ? undefined : "gray"}
          size={28}
          radius="xl"
          aria-label={label}
          title={label}
        >
          <IconAdjustmentsHorizontal size={18} stroke={1.75} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Select
            label={strings.panel.style}
            size="xs"
            allowDeselect={false}
            comboboxProps={{ withinPortal: false }}
            data={STYLES.map((value) => ({ value, label: strings.styles[value] }))}
            value={options.style}
            onChange={(style) => style && onOptions({ ...options, style })}
          />
          <Select
            label={strings.panel.scheme}
            size="xs"
            allowDeselect={false}
            comboboxProps={{ withinPortal: false }}
            data={SCHEMES.map((value) => ({ value, label: strings.schemes[value] }))}
            value={options.scheme}
            onChange={(scheme) => scheme && onOptions({ ...options, scheme })}
          />
          <Select
            label={strings.panel.priority}
            size="xs"
            allowDeselect={false}
            comboboxProps={{ withinPortal: false }}
            data={priorities.map((value) => ({ value, label: strings.priorities[value] }))}
            value={options.priority}
            onChange={(priority) => priority && onOptions({ ...options, priority })}
          />
          <Switch
            size="xs"
            label={strings.panel.preview}
            checked={options.preview}
            onChange={(event) => onOptions({ ...options, preview: event.currentTarget.checked })}
          />
          {changed && (
            <Button size="compact-xs" variant="subtle" onClick={() => onOptions(DEFAULT_OPTIONS)}>
              {strings.panel.reset}
            </Button>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
