import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate, useSearchParams } from "react-router";

import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { asProblem } from "../../../lib/api-problem";
import { useSignUp } from "../accounts-api";
import { emailProblem } from "../field-rules";
import { safeReturnPath } from "../return-path";
import { strings } from "../strings";

/** `leastPassword`: the server's least length, so that the form refuses before the server does. */
export function SignUpForm({ leastPassword }: { leastPassword: number }) {
  const signUp = useSignUp();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: "", email: "", password: "" },
    validate: {
      email: emailProblem,
      password: (password) =>
        password.length < leastPassword ? strings.errors.passwordShort(leastPassword) : null,
    },
  });
  const submit = form.onSubmit(({ name, ...rest }) =>
    signUp.mutate(name.trim() ? { name: name.trim(), ...rest } : rest, {
      onSuccess: () => navigate(safeReturnPath(search.get("next")), { replace: true }),
      onError: (error) => form.setErrors(asProblem(error).fieldErrors),
    }),
  );
  const refusedFields = Object.keys(asProblem(signUp.error).fieldErrors).length > 0;
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <TextInput
          label={strings.fields.name}
          placeholder={strings.fields.namePlaceholder}
          autoComplete="name"
          key={form.key("name")}
          {...form.getInputProps("name")}
        />
        <TextInput
          label={strings.fields.email}
          type="email"
          autoComplete="username"
          key={form.key("email")}
          {...form.getInputProps("email")}
        />
        <PasswordInput
          label={strings.fields.password}
          description={strings.fields.passwordHint(leastPassword)}
          autoComplete="new-password"
          key={form.key("password")}
          {...form.getInputProps("password")}
        />
        {signUp.error && !refusedFields && <ErrorNotice error={signUp.error} />}
        <Button type="submit" loading={signUp.isPending} mt="xs">
          {strings.signUp.submit}
        </Button>
      </Stack>
    </form>
  );
}
