import { Text, Title } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

import classes from "./EmptyState.module.css";

interface EmptyStateProps {
  icon: Icon;
  title: string;
  /** What will be here, and what fills it. */
  description: string;
  action?: ReactNode;
  /** 1 where it is the whole page. */
  order?: 1 | 2;
}

export function EmptyState({ icon: Glyph, title, description, action, order = 2 }: EmptyStateProps) {
  return (
    <div className={classes.empty}>
      <Glyph size={28} stroke={1.5} aria-hidden className={classes.icon} />
      <Title order={order} size="h3">
        {title}
      </Title>
      <Text size="sm" c="dimmed" maw={420}>
        {description}
      </Text>
      {action}
    </div>
  );
}
