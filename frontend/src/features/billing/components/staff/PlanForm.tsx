import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";

import { planBodyOf, planDraftOf, type PlanDraft } from "../../plan-draft";
import { useChangePlan, type PayerAccount } from "../../staff-queries";
import { strings } from "../../strings";
import { FormDialog } from "./FormDialog";

const words = strings.staff.planForm;
const RENEWALS = Object.entries(words.renewals).map(([value, label]) => ({ value, label }));
const LONGEST_NAME = 200;

interface PlanFormProps {
  opened: boolean;
  person: PayerAccount;
  onClose: () => void;
}

/** Until when somebody may use models. */
export function PlanForm({ opened, person, onClose }: PlanFormProps) {
  // Made anew when it opens: it shows the plan as it is then.
  return opened && <Fields person={person} onClose={onClose} />;
}

function Fields({ person, onClose }: Omit<PlanFormProps, "opened">) {
  const change = useChangePlan(person.user_id);
  const [sure, setSure] = useState(false);
  const form = useForm<PlanDraft>({
    initialValues: planDraftOf(person.plan),
    validate: {
      name: (value) => (value.trim() ? null : words.required.name),
      lastDay: (value, { renewal }) => (value === "" && renewal !== "none" ? words.required.lastDay : null),
    },
  });
  const done = { onSuccess: onClose };
  return (
    <FormDialog
      opened
      {...{ save: words.save, cancel: words.cancel, onClose }}
      title={words.title(person.name)}
      busy={change.isPending}
      error={change.error}
      onSubmit={form.onSubmit((draft) => change.mutate(planBodyOf(draft, person.plan), done))}
      aside={
        person.plan && (
          <Button
            variant="subtle"
            color="red"
            mr="auto"
            onClick={() => (sure ? change.mutate(null, done) : setSure(true))}
            onBlur={() => setSure(false)}
          >
            {sure ? words.sure : words.remove}
          </Button>
        )
      }
    >
      <TextInput
        label={words.name}
        maxLength={LONGEST_NAME}
        required
        data-autofocus
        {...form.getInputProps("name")}
      />
      <TextInput
        label={words.lastDay}
        description={words.lastDayHint}
        type="date"
        {...form.getInputProps("lastDay")}
      />
      <NativeSelect label={words.renewal} data={RENEWALS} {...form.getInputProps("renewal")} />
    </FormDialog>
  );
}
