import { Anchor, Divider, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { usePageTitle } from "../../../lib/use-page-title";
import classes from "./AuthCard.module.css";
import { GuestButton } from "./GuestButton";
import { strings } from "../strings";

interface AuthCardProps {
  title: string;
  lead: string;
  children: ReactNode;
  other: { text: string; link: string; to: string };
  offerGuest: boolean;
}

/** The frame of the sign-in and sign-up pages. */
export function AuthCard({ title, lead, children, other, offerGuest }: AuthCardProps) {
  usePageTitle(title);
  return (
    <div className={classes.page}>
      <div className={classes.card}>
        <Title order={1}>{title}</Title>
        <Text c="dimmed" size="sm" mb="lg">
          {lead}
        </Text>
        {children}
        {offerGuest && (
          <>
            <Divider my="md" label={strings.or} />
            <GuestButton />
          </>
        )}
      </div>
      <Text size="sm" c="dimmed">
        {other.text}{" "}
        <Anchor component={Link} to={other.to} size="sm" underline="always">
          {other.link}
        </Anchor>
      </Text>
    </div>
  );
}
