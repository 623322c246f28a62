import { Alert, Anchor, Code, Text } from "@mantine/core";
import { IconHeartOff } from "@tabler/icons-react";
import { Link } from "react-router";

import { useSession } from "../../accounts/session";
import { seesAll } from "../job-actions";
import { strings } from "../strings";
import { useAskAgainWhenWorkersComeOrGo, useOverview } from "../use-overview";

const words = strings.noWorker;

/** What everything else on the page follows from, and what to do about it. Comes and goes by itself. */
export function NoWorker() {
  const { user } = useSession();
  const { overview } = useOverview();
  const isMissing = overview && overview.workers === 0;
  useAskAgainWhenWorkersComeOrGo(isMissing);
  if (!overview || !isMissing) return null;
  const isStaff = seesAll(user);
  return (
    <Alert color={isStaff ? "red" : "yellow"} variant="light" icon={<IconHeartOff aria-hidden />}>
      <Text size="sm" fw={600}>
        {words.title(overview.waiting.value ?? 0)}
      </Text>
      <Text size="sm">
        {words.meanwhile} {isStaff ? words.start : words.tell}{" "}
        {isStaff && (
          <>
            <Code>{words.command}</Code>{" "}
            <Anchor component={Link} to="/staff/workers" c="inherit" size="sm" underline="always">
              {words.workers}
            </Anchor>
          </>
        )}
      </Text>
    </Alert>
  );
}
