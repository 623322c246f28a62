import { Text } from "@mantine/core";

import { useSession } from "../session";
import { strings } from "../strings";
import { AuthCard } from "./AuthCard";
import { SignUpForm } from "./SignUpForm";

export function SignUpPage() {
  const { user, session } = useSession();
  return (
    <AuthCard
      title={strings.signUp.title}
      lead={user?.is_guest ? strings.signUp.guestLead : strings.signUp.lead}
      other={{ text: strings.signUp.other, link: strings.signUp.otherLink, to: "/signin" }}
      offerGuest={user === null && session?.guests_enabled === true}
    >
      {session?.signup_enabled === false ? (
        <Text size="sm">{strings.signUp.closed}</Text>
      ) : (
        <SignUpForm leastPassword={session?.min_password ?? 8} />
      )}
    </AuthCard>
  );
}
