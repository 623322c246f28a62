import { Group, Stack, Switch, TextInput } from "@mantine/core";

import type { NoticeSettings } from "../notice-types";
import { strings } from "../strings";

type Hours = NonNullable<NoticeSettings["quiet_hours"]>;
const words = strings.settings;
const NIGHT: Hours = { start: "22:00", end: "07:00" };

interface QuietHoursProps {
  hours: Hours | null;
  onChange: (hours: Hours | null) => void;
}

/** On and off, and from when to when. A half typed time changes nothing. */
export function QuietHours({ hours, onChange }: QuietHoursProps) {
  const set = (side: keyof Hours, time: string) => {
    if (hours && time && time !== hours[side === "start" ? "end" : "start"])
      onChange({ ...hours, [side]: time });
  };
  return (
    <Stack gap="xs">
      <Switch
        label={words.quiet}
        description={words.quietHint}
        checked={hours !== null}
        onChange={({ currentTarget }) => onChange(currentTarget.checked ? NIGHT : null)}
      />
      {hours && (
        <Group gap="md">
          <TextInput
            type="time"
            label={words.from}
            value={hours.start}
            onChange={({ currentTarget }) => set("start", currentTarget.value)}
          />
          <TextInput
            type="time"
            label={words.to}
            value={hours.end}
            onChange={({ currentTarget }) => set("end", currentTarget.value)}
          />
        </Group>
      )}
    </Stack>
  );
}
