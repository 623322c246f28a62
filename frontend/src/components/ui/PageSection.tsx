import { Text, Title } from "@mantine/core";
import { useId, type ReactNode } from "react";

import classes from "./PageSection.module.css";

interface PageSectionProps {
  title: string;
  lead?: string;
  /** Where links to this section lead. */
  anchor?: string;
  children: ReactNode;
}

/** A part of a long page: its name on the left, what belongs to it on the right. */
export function PageSection({ title, lead, anchor, children }: PageSectionProps) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id} id={anchor}>
      <div>
        <Title order={2} size="h3" id={id}>
          {title}
        </Title>
        {lead && (
          <Text size="sm" c="dimmed">
            {lead}
          </Text>
        )}
      </div>
      <div className={classes.content}>{children}</div>
    </section>
  );
}
