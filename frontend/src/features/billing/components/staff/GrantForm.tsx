import { NumberInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useState } from "react";

import { formatTokens } from "../../../../lib/amounts";
import { useGrant, type PayerAccount } from "../../staff-queries";
import { strings } from "../../strings";
import { FormDialog } from "./FormDialog";

const words = strings.staff.grant;
const MOST = 1_000_000_000_000;
const LONGEST_NOTE = 200;

interface GrantFormProps {
  opened: boolean;
  person: PayerAccount;
  onClose: () => void;
}

/** Tokens for somebody, and why. */
export function GrantForm({ opened, person, onClose }: GrantFormProps) {
  const [key, setKey] = useState(() => crypto.randomUUID());
  const grant = useGrant(person.user_id, key);
  const form = useForm({
    initialValues: { tokens: "" as number | string, note: "" },
    validate: {
      tokens: (value) => (Number(value) >= 1 ? null : words.required.tokens),
      note: (value) => (value.trim() ? null : words.required.note),
    },
  });
  const close = () => {
    form.reset();
    grant.reset();
    setKey(crypto.randomUUID());
    onClose();
  };
  const save = form.onSubmit(({ tokens, note }) =>
    grant.mutate(
      { tokens: Number(tokens), note: note.trim() },
      {
        onSuccess: ({ balance }) => {
          notifications.show({ message: words.done(formatTokens(balance), person.name) });
          close();
        },
      },
    ),
  );
  return (
    <FormDialog
      {...{ opened, save: words.save, cancel: words.cancel, onSubmit: save, onClose: close }}
      title={words.title(person.name)}
      busy={grant.isPending}
      error={grant.error}
    >
      <NumberInput
        label={words.tokens}
        min={1}
        max={MOST}
        allowDecimal={false}
        allowNegative={false}
        thousandSeparator=","
        hideControls
        required
        data-autofocus
        {...form.getInputProps("tokens")}
      />
      <TextInput
        label={words.note}
        placeholder={words.notePlaceholder}
        maxLength={LONGEST_NOTE}
        required
        {...form.getInputProps("note")}
      />
    </FormDialog>
  );
}
