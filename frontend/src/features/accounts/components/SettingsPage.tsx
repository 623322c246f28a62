import { SegmentedControl, Text, Title, useMantineColorScheme } from "@mantine/core";
import { useId, type ReactNode } from "react";

import { SCHEMES } from "../../../components/ui/color-schemes";
import { strings as uiStrings } from "../../../components/ui/strings";
import { formatDateTime } from "../../../lib/format";
import { usePageTitle } from "../../../lib/use-page-title";
import type { User } from "../session";
import { strings } from "../strings";
import { ApiTokens } from "./ApiTokens";
import classes from "./SettingsPage.module.css";

export function SettingsPage({ user }: { user: User }) {
  usePageTitle(strings.settings.title);
  return (
    <div className={classes.page}>
      <Title order={1}>{strings.settings.title}</Title>
      <Section title={strings.settings.profile}>
        <Profile user={user} />
      </Section>
      <Section title={strings.settings.appearance} lead={strings.settings.appearanceHint}>
        <Appearance />
      </Section>
      <Section title={strings.tokens.title} lead={strings.tokens.lead}>
        <ApiTokens />
      </Section>
    </div>
  );
}

function Section({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id}>
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

function Profile({ user }: { user: User }) {
  const rows = [
    [strings.settings.name, user.name],
    [strings.settings.email, user.email ?? strings.settings.none],
    [strings.settings.role, strings.settings.roles[user.role]],
    [strings.settings.since, formatDateTime(user.created_at)],
  ] as const;
  return (
    <dl className={classes.facts}>
      {rows.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      aria-label={strings.settings.appearance}
      value={colorScheme}
      onChange={(value) => setColorScheme(value)}
      data={SCHEMES.map(({ value }) => ({ value, label: uiStrings.theme[value] }))}
    />
  );
}
