import { SegmentedControl, Title, useMantineColorScheme } from "@mantine/core";
import type { ReactNode } from "react";

import { SCHEMES } from "../../../components/ui/color-schemes";
import { PageSection } from "../../../components/ui/PageSection";
import { strings as uiStrings } from "../../../components/ui/strings";
import { formatDateTime } from "../../../lib/format";
import { usePageTitle } from "../../../lib/use-page-title";
import type { User } from "../session";
import { strings } from "../strings";
import { ApiTokens } from "./ApiTokens";
import classes from "./SettingsPage.module.css";

interface SettingsPageProps {
  user: User;
  /** Sections of other features. */
  children?: ReactNode;
}

export function SettingsPage({ user, children }: SettingsPageProps) {
  usePageTitle(strings.settings.title);
  return (
    <div className={classes.page}>
      <Title order={1}>{strings.settings.title}</Title>
      <PageSection title={strings.settings.profile}>
        <Profile user={user} />
      </PageSection>
      <PageSection title={strings.settings.appearance} lead={strings.settings.appearanceHint}>
        <Appearance />
      </PageSection>
      {children}
      <PageSection title={strings.tokens.title} lead={strings.tokens.lead}>
        <ApiTokens />
      </PageSection>
    </div>
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
