import { PageSection } from "../components/ui/PageSection";
import { SettingsPage } from "../features/accounts/components/SettingsPage";
import { useSession } from "../features/accounts/session";
import { NoticeSettings } from "../features/notices/components/NoticeSettings";
import { strings as notices } from "../features/notices/strings";

export function SettingsRoute() {
  const { user } = useSession();
  return (
    user && (
      <SettingsPage user={user}>
        <PageSection title={notices.settings.title} lead={notices.settings.lead} anchor="notices">
          <NoticeSettings />
        </PageSection>
      </SettingsPage>
    )
  );
}
