import { Button, Group, Text, Title } from "@mantine/core";
import { useRouteError } from "react-router";

import classes from "./RouteError.module.css";
import { strings } from "./strings";

const words = strings.crash;

/** A page that failed to draw or to load: says so, and offers the ways on. */
export function RouteError() {
  const error = useRouteError();
  const outdated = isMissingChunk(error);
  return (
    <main className={classes.page}>
      <Title order={1} size="h2">
        {outdated ? words.outdatedTitle : words.title}
      </Title>
      <Text c="dimmed">{outdated ? words.outdatedText : words.text}</Text>
      <Group gap="xs">
        <Button onClick={() => window.location.reload()}>{words.reload}</Button>
        <Button component="a" href="/" variant="default">
          {words.home}
        </Button>
      </Group>
      {!outdated && (
        <details className={classes.details}>
          <summary>{words.details}</summary>
          <pre>{describe(error)}</pre>
        </details>
      )}
    </main>
  );
}

/** After a new release the old page's lazy files are gone. */
function isMissingChunk(error: unknown): boolean {
  return error instanceof TypeError && /dynamically imported module|module script/i.test(error.message);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
