import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";

import { useIsOutdated } from "../../lib/version";
import classes from "./NewVersion.module.css";
import { strings } from "./strings";

/** An older page says so quietly. What is typed and drawn is kept over the reload, which is the reader's choice. */
export function NewVersion() {
  const isOutdated = useIsOutdated();
  return (
    <div role="status" className={isOutdated ? classes.note : undefined}>
      {isOutdated && (
        <>
          <span>{strings.newVersion.text}</span>
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconRefresh size={14} aria-hidden />}
            onClick={() => window.location.reload()}
          >
            {strings.newVersion.reload}
          </Button>
        </>
      )}
    </div>
  );
}
