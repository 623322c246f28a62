import { Title } from "@mantine/core";
import { useId, type ReactNode } from "react";

import classes from "./Panel.module.css";

interface PanelProps {
  title: string;
  /** At the right of the title: what is shown. */
  tools?: ReactNode;
  children: ReactNode;
}

/** A framed part of a staff page. */
export function Panel({ title, tools, children }: PanelProps) {
  const id = useId();
  return (
    <section className={classes.panel} aria-labelledby={id}>
      <div className={classes.head}>
        <Title order={2} size="h3" id={id}>
          {title}
        </Title>
        {tools}
      </div>
      {children}
    </section>
  );
}
