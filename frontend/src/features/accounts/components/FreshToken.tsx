import { Button, CopyButton, Group, Text } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

import { strings } from "../strings";
import classes from "./ApiTokens.module.css";

/** The one time that a token's secret is seen. */
export function FreshToken({ token, onDone }: { token: string; onDone: () => void }) {
  return (
    <div className={classes.fresh} role="status">
      <Text size="sm" fw={600}>
        {strings.tokens.freshTitle}
      </Text>
      <code className={classes.secret}>{token}</code>
      <Group gap="xs">
        <CopyButton value={token} timeout={2_000}>
          {({ copied, copy }) => (
            <Button
              size="compact-sm"
              onClick={copy}
              leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
            >
              {copied ? strings.tokens.copied : strings.tokens.copy}
            </Button>
          )}
        </CopyButton>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={onDone}>
          {strings.tokens.done}
        </Button>
      </Group>
    </div>
  );
}
