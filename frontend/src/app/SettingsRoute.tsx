import { SettingsPage } from "../features/accounts/components/SettingsPage";
import { useSession } from "../features/accounts/session";

export function SettingsRoute() {
  const { user } = useSession();
  return user ? <SettingsPage user={user} /> : null;
}
