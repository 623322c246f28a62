import { Input, NumberInput, SegmentedControl, Stack, Text } from "@mantine/core";
import { useForm, type UseFormReturnType } from "@mantine/form";
import { useId } from "react";

import { budgetBodyOf, budgetDraftOf, PERIODS, type BudgetDraft, type Period } from "../../budget-draft";
import { useChangeBudgets } from "../../staff-queries";
import { strings } from "../../strings";
import type { BudgetState } from "../../usage-queries";
import { FormDialog } from "./FormDialog";

const words = strings.staff.budgetForm;
const KINDS = Object.entries(words.kind).map(([value, label]) => ({ value, label }));
const MOST_DOLLARS = 1_000_000;

interface BudgetsFormProps {
  opened: boolean;
  /** Null: the installation. */
  userId: string | null;
  name: string;
  budgets: readonly BudgetState[];
  onClose: () => void;
}

/** What models may cost in a day and in a month, for somebody or for all together. */
export function BudgetsForm({ opened, ...rest }: BudgetsFormProps) {
  // Made anew when it opens: it shows the budgets as they are then.
  return opened && <Fields {...rest} />;
}

function Fields({ userId, name, budgets, onClose }: Omit<BudgetsFormProps, "opened">) {
  const change = useChangeBudgets(userId);
  const form = useForm<BudgetDraft>({
    initialValues: budgetDraftOf(budgets),
    validate: { day: { amount: missing("day") }, month: { amount: missing("month") } },
  });
  const save = form.onSubmit((draft) => change.mutate(budgetBodyOf(draft, budgets), { onSuccess: onClose }));
  return (
    <FormDialog
      opened
      {...{ save: words.save, cancel: words.cancel, onClose, onSubmit: save }}
      title={words.title(name)}
      busy={change.isPending}
      error={change.error}
    >
      <Text size="sm" c="dimmed">
        {words.lead}
      </Text>
      {PERIODS.map((period) => (
        <PeriodFields key={period} form={form} period={period} />
      ))}
    </FormDialog>
  );
}

function PeriodFields({ form, period }: { form: UseFormReturnType<BudgetDraft>; period: Period }) {
  const id = useId();
  const name = words.period[period];
  return (
    <Stack gap="xs" role="group" aria-labelledby={id}>
      <Input.Label id={id} labelElement="div">
        {name}
      </Input.Label>
      <SegmentedControl aria-label={name} data={KINDS} fullWidth {...form.getInputProps(`${period}.kind`)} />
      {form.values[period].kind === "amount" && (
        <NumberInput
          aria-label={words.dollars(name)}
          prefix="$"
          min={0}
          max={MOST_DOLLARS}
          decimalScale={2}
          allowNegative={false}
          hideControls
          {...form.getInputProps(`${period}.amount`)}
        />
      )}
    </Stack>
  );
}

function missing(period: Period) {
  return (value: number | string, draft: BudgetDraft) =>
    draft[period].kind === "amount" && value === "" ? words.required : null;
}
