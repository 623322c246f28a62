import { Button, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

import { strings } from "./strings";

/** The correlation id as something to press, not to read. */
export function CopyReference({ value }: { value: string }) {
  return (
    <CopyButton value={value} timeout={2_000}>
      {({ copied, copy }) => (
        <Button
          size="compact-sm"
          variant="default"
          onClick={copy}
          title={value}
          leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
        >
          {copied ? strings.copied : strings.copyReference}
        </Button>
      )}
    </CopyButton>
  );
}
