import { Button, Text } from "@mantine/core";
import { useState } from "react";

import { formatRelative } from "../../../lib/format";
import { useNow } from "../../../lib/use-now";
import { useRevokeToken, type ApiToken } from "../accounts-api";
import { strings } from "../strings";
import classes from "./ApiTokens.module.css";

/** Revoking cannot be undone: the button asks once more, in its place. */
export function TokenRow({ token }: { token: ApiToken }) {
  const revoke = useRevokeToken();
  const [sure, setSure] = useState(false);
  const now = useNow(30_000);
  const used = token.last_used_at
    ? strings.tokens.used(formatRelative(token.last_used_at, now))
    : strings.tokens.neverUsed;
  return (
    <li className={classes.row}>
      <div>
        <Text size="sm">{token.name}</Text>
        <Text size="xs" c="dimmed">
          {strings.tokens.created(formatRelative(token.created_at, now))} · {used}
        </Text>
      </div>
      <Button
        size="compact-sm"
        variant="subtle"
        color="red"
        loading={revoke.isPending}
        aria-label={sure ? undefined : strings.tokens.revokeNamed(token.name)}
        onClick={() => (sure ? revoke.mutate(token.id) : setSure(true))}
        onBlur={() => setSure(false)}
      >
        {sure ? strings.tokens.revokeConfirm : strings.tokens.revoke}
      </Button>
    </li>
  );
}
