import { Button } from "@mantine/core";
import { Link } from "react-router";

import { PageSection } from "../components/ui/PageSection";
import { SettingsPage } from "../features/accounts/components/SettingsPage";
import { useSession } from "../features/accounts/session";
import { strings as billing } from "../features/billing/strings";
import { NoticeSettings } from "../features/notices/components/NoticeSettings";
import { strings as notices } from "../features/notices/strings";

export function SettingsRoute() {
  const { user } = useSession();
  return (
    user && (
      <SettingsPage user={user}>
        <PageSection title={billing.title} lead={billing.settingsLead} anchor="usage">
          <div>
            <Button component={Link} to="/usage" variant="default">
              {billing.open}
            </Button>
          </div>
        </PageSection>
        <PageSection title={notices.settings.title} lead={notices.settings.lead} anchor="notices">
          <NoticeSettings />
        </PageSection>
      </SettingsPage>
    )
  );
}
