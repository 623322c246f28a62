import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate, useSearchParams } from "react-router";

import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { useSignIn } from "../accounts-api";
import { emailProblem } from "../field-rules";
import { safeReturnPath } from "../return-path";
import { useSession } from "../session";
import { strings } from "../strings";
import { AuthCard } from "./AuthCard";

export function SignInPage() {
  const signIn = useSignIn();
  const { user, session } = useSession();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: "", password: "" },
    validate: {
      email: emailProblem,
      password: (password) => (password ? null : strings.errors.passwordMissing),
    },
  });
  const submit = form.onSubmit((values) =>
    signIn.mutate(values, {
      onSuccess: () => navigate(safeReturnPath(search.get("next")), { replace: true }),
    }),
  );
  return (
    <AuthCard
      title={strings.signIn.title}
      lead={strings.signIn.lead}
      other={{ text: strings.signIn.other, link: strings.signIn.otherLink, to: "/signup" }}
      offerGuest={user === null && session?.guests_enabled === true}
    >
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <TextInput
            label={strings.fields.email}
            type="email"
            autoComplete="username"
            key={form.key("email")}
            {...form.getInputProps("email")}
          />
          <PasswordInput
            label={strings.fields.password}
            autoComplete="current-password"
            key={form.key("password")}
            {...form.getInputProps("password")}
          />
          {signIn.error && <ErrorNotice error={signIn.error} />}
          <Button type="submit" loading={signIn.isPending} mt="xs">
            {strings.signIn.submit}
          </Button>
        </Stack>
      </form>
    </AuthCard>
  );
}
