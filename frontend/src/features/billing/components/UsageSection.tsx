import { Title } from "@mantine/core";
import { useId, type ReactNode } from "react";

import classes from "./UsagePage.module.css";

/** A part of the page under its name. */
export function UsageSection({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id}>
      <Title order={2} size="h4" id={id}>
        {title}
      </Title>
      {children}
    </section>
  );
}
