import { Button, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";

import { Appear } from "../../../components/ui/Appear";
import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { tokensQuery, useCreateToken } from "../accounts-api";
import { strings } from "../strings";
import classes from "./ApiTokens.module.css";
import { FreshToken } from "./FreshToken";
import { TokenRow } from "./TokenRow";

export function ApiTokens() {
  const create = useCreateToken();
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: "" },
    validate: { name: (name) => (name.trim() ? null : strings.tokens.nameMissing) },
  });
  const submit = form.onSubmit(({ name }) => create.mutate(name.trim(), { onSuccess: () => form.reset() }));
  return (
    <Stack gap="md">
      <form onSubmit={submit} className={classes.form} noValidate>
        <TextInput
          label={strings.tokens.label}
          placeholder={strings.tokens.placeholder}
          autoComplete="off"
          maxLength={100}
          key={form.key("name")}
          {...form.getInputProps("name")}
        />
        <Button type="submit" variant="default" loading={create.isPending}>
          {strings.tokens.create}
        </Button>
      </form>
      {create.error && <ErrorNotice error={create.error} />}
      {create.data && <FreshToken token={create.data.token} onDone={create.reset} />}
      <TokenList />
    </Stack>
  );
}

function TokenList() {
  const tokens = useQuery(tokensQuery);
  if (tokens.error) return <ErrorNotice error={tokens.error} onRetry={() => void tokens.refetch()} />;
  if (!tokens.data) {
    return (
      <Appear label={strings.tokens.loading}>
        <Skeleton height={56} />
      </Appear>
    );
  }
  if (tokens.data.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {strings.tokens.empty}
      </Text>
    );
  }
  return (
    <ul className={classes.list}>
      {tokens.data.map((token) => (
        <TokenRow key={token.id} token={token} />
      ))}
    </ul>
  );
}
