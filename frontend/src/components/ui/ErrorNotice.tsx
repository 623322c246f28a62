import { Button, Group, Text } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";

import { asProblem } from "../../lib/api-problem";
import { CopyReference } from "./CopyReference";
import classes from "./ErrorNotice.module.css";
import { strings } from "./strings";

interface ErrorNoticeProps {
  /** Whatever was thrown. */
  error: unknown;
  onRetry?: () => void;
}

/** What happened, in a sentence, and what can be done. */
export function ErrorNotice({ error, onRetry }: ErrorNoticeProps) {
  const problem = asProblem(error);
  return (
    <div role="alert" className={classes.notice}>
      <IconAlertCircle size={20} stroke={1.75} aria-hidden className={classes.icon} />
      <div className={classes.body}>
        <Text size="sm">{problem.message}</Text>
        {(onRetry ?? problem.correlationId) && (
          <Group gap="xs" mt="xs">
            {onRetry && (
              <Button size="compact-sm" variant="default" onClick={onRetry}>
                {strings.retry}
              </Button>
            )}
            {problem.correlationId && <CopyReference value={problem.correlationId} />}
          </Group>
        )}
      </div>
    </div>
  );
}
