import { Button, Checkbox, Fieldset, Group, Skeleton, Stack, Switch } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";

import { Appear } from "../../../components/ui/Appear";
import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { asProblem } from "../../../lib/api-problem";
import { askPermission, permission, permissionKnown } from "../browser-notice";
import { playTone } from "../core/sound";
import { settingsQuery, useChangeSettings } from "../notice-queries";
import type { NoticeKind, NoticeSettings as Settings } from "../notice-types";
import { strings } from "../strings";
import classes from "./NoticeSettings.module.css";
import { QuietHours } from "./QuietHours";

const words = strings.settings;
const KINDS: readonly NoticeKind[] = ["job_completed", "job_failed", "job_cancelled"];

/** What one wants to be told, and how. Every change is stored at once. */
export function NoticeSettings() {
  const { data, error, refetch } = useQuery(settingsQuery);
  if (error && !data) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <Appear label={words.loading}>
        <Skeleton height={220} radius="md" />
      </Appear>
    );
  }
  return <Form settings={data} />;
}

function Form({ settings }: { settings: Settings }) {
  const { mutate } = useChangeSettings();
  const change = (changes: Partial<Settings>) =>
    mutate(
      { ...settings, ...changes },
      {
        onError: (error) =>
          notifications.show({ title: words.failed, message: asProblem(error).message, color: "red" }),
      },
    );
  return (
    <Stack gap="lg">
      <Fieldset legend={words.what} variant="unstyled" m={0} className={classes.group}>
        <Stack gap="xs" mt="xs">
          {KINDS.map((kind) => (
            <Checkbox
              key={kind}
              label={words.events[kind]}
              checked={settings.events[kind]}
              onChange={({ currentTarget }) =>
                change({ events: { ...settings.events, [kind]: currentTarget.checked } })
              }
            />
          ))}
        </Stack>
      </Fieldset>
      <Fieldset legend={words.how} variant="unstyled" m={0} className={classes.group}>
        <Ways ways={settings.ways} onChange={(ways) => change({ ways })} />
      </Fieldset>
      <QuietHours hours={settings.quiet_hours} onChange={(quiet_hours) => change({ quiet_hours })} />
    </Stack>
  );
}

interface WaysProps {
  ways: Settings["ways"];
  onChange: (ways: Settings["ways"]) => void;
}

function Ways({ ways, onChange }: WaysProps) {
  const { allowed } = useSyncExternalStore(permissionKnown.subscribe, permissionKnown.get);
  useEffect(() => permissionKnown.patch({ allowed: permission() }), []); // it may have been changed in the browser's settings
  const set = (way: keyof Settings["ways"]) => ({
    checked: ways[way],
    onChange: ({ currentTarget }: { currentTarget: HTMLInputElement }) =>
      onChange({ ...ways, [way]: currentTarget.checked }),
  });
  return (
    <Stack gap="sm" mt="xs">
      <Switch label={words.toast} description={words.toastHint} {...set("toast")} />
      <Switch
        label={words.browser}
        description={words.browserHint[allowed]}
        {...set("browser")}
        {...(allowed === "denied" && { checked: false, disabled: true })}
      />
      {ways.browser && allowed === "default" && (
        <Button size="compact-sm" variant="default" w="fit-content" onClick={() => void askPermission()}>
          {words.allow}
        </Button>
      )}
      <Group gap="md">
        <Switch label={words.sound} {...set("sound")} />
        <Button size="compact-sm" variant="default" onClick={() => void playTone()}>
          {words.try}
        </Button>
      </Group>
    </Stack>
  );
}
