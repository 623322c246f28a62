import { Button, Text, Title } from "@mantine/core";
import { useState } from "react";

import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { usePageTitle } from "../../../lib/use-page-title";
import { useSession } from "../../accounts/session";
import { PromptBox } from "../../ai/components/PromptBox";
import { strings } from "../strings";
import { useStart } from "../use-start";
import { Canvases } from "./Canvases";
import classes from "./HomePage.module.css";

/** The first visit and the home of those who were here before: one page, so that what was typed stays. */
export function HomePage() {
  usePageTitle(null);
  const { user, error, retry } = useSession();
  const { drawing, empty, starting } = useStart();
  const first = useFirstVisit(user === null, starting);
  if (error) {
    return (
      <div className={classes.page}>
        <ErrorNotice error={error} onRetry={retry} />
      </div>
    );
  }
  if (user === undefined) return null;
  return (
    <div className={classes.page} data-first={first || undefined}>
      <section className={classes.hero}>
        <Title order={1} className={classes.title}>
          {first ? strings.tagline : strings.promptTitle}
        </Title>
        {first && (
          <Text c="dimmed" className={classes.lead}>
            {strings.lead}
          </Text>
        )}
        <div className={classes.prompt}>
          <PromptBox
            onSubmit={drawing.mutateAsync}
            draft="home"
            autoFocus
            examples={first ? strings.examples : []}
          />
        </div>
        {first && (
          <Button
            variant="subtle"
            color="gray"
            className={classes.empty}
            loading={empty.isPending}
            onClick={() => empty.mutate()}
          >
            {strings.emptyCanvas}
          </Button>
        )}
        {empty.error && <ErrorNotice error={empty.error} />}
      </section>
      {!first && <Canvases onCreate={() => empty.mutate()} creating={empty.isPending} />}
    </div>
  );
}

/** A stranger becomes a guest on the way to the canvas; the page does not change shape under way. */
function useFirstVisit(stranger: boolean, starting: boolean): boolean {
  const [shown, setShown] = useState(stranger);
  if (!starting && shown !== stranger) setShown(stranger);
  return shown;
}
