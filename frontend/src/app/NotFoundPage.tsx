import { Button } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { Link } from "react-router";

import { EmptyState } from "../components/ui/EmptyState";
import { usePageTitle } from "../lib/use-page-title";
import classes from "./SignedIn.module.css";
import { strings } from "./strings";

export function NotFoundPage() {
  usePageTitle(strings.notFound.title);
  return (
    <div className={classes.error}>
      <EmptyState
        order={1}
        icon={IconMapOff}
        title={strings.notFound.title}
        description={strings.notFound.text}
        action={
          <Button component={Link} to="/">
            {strings.crash.home}
          </Button>
        }
      />
    </div>
  );
}
