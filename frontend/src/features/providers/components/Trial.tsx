import { Button, Group, Text } from "@mantine/core";
import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { useTrial } from "../providers-api";
import { strings } from "../strings";
import classes from "./Providers.module.css";

/** A button that has a provider asked, what came back in words, and what else can be done with it. */
export function Trial({ name, children }: { name: string; children?: ReactNode }) {
  const { run, running, trial, error } = useTrial(name);
  return (
    <>
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant="light"
          loading={running}
          aria-label={strings.actions.testNamed(name)}
          onClick={run}
        >
          {strings.actions.test}
        </Button>
        {children}
      </Group>
      <div role="status" className={classes.trial} data-ok={trial?.ok} data-empty={!trial && !running}>
        {running && (
          <Text size="sm" c="dimmed">
            {strings.actions.testing}
          </Text>
        )}
        {trial && !running && (
          <>
            {trial.ok ? <IconCircleCheck size={18} aria-hidden /> : <IconCircleX size={18} aria-hidden />}
            <Text size="sm" c="var(--mantine-color-text)">
              {trial.message}
            </Text>
          </>
        )}
      </div>
      {error && <ErrorNotice error={error} />}
    </>
  );
}
