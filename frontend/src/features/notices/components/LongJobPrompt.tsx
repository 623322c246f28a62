import { Button } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { useState } from "react";

import { useNow } from "../../../lib/use-now";
import { askPermission, permission } from "../browser-notice";
import { useChangeSettings } from "../notice-queries";
import type { NoticeSettings } from "../notice-types";
import { strings } from "../strings";
import classes from "./Toaster.module.css";

const LONG_MS = 10_000;
const LOOK_EVERY_MS = 1_000;
const words = strings.prompt;

interface LongJobPromptProps {
  /** When the oldest own job that has not ended was first heard of. */
  since: number | null;
  settings: NoticeSettings;
}

/** Asked on the first job that takes long, and never before: nobody wants to be asked at the door. */
export function LongJobPrompt({ since, settings }: LongJobPromptProps) {
  const [answered, setAnswered] = useState(false);
  const { mutate: change } = useChangeSettings();
  const mayAsk = !answered && settings.ways.browser && permission() === "default";
  const now = useNow(mayAsk && since !== null ? LOOK_EVERY_MS : null);
  if (!mayAsk || since === null || now - since < LONG_MS) return null;
  const refuse = () => {
    setAnswered(true);
    change({ ...settings, ways: { ...settings.ways, browser: false } }); // it holds on other machines, too
  };
  const allow = () => void askPermission().finally(() => setAnswered(true));
  return (
    <section className={classes.toast} aria-label={words.question}>
      <p className={classes.title}>
        <IconBell size={16} stroke={1.75} aria-hidden /> {words.question}
      </p>
      <p className={classes.hint}>{words.hint}</p>
      <div className={classes.actions}>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={refuse}>
          {words.no}
        </Button>
        <Button size="compact-sm" variant="light" onClick={allow}>
          {words.yes}
        </Button>
      </div>
    </section>
  );
}
