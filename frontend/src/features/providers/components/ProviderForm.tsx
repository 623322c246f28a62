import { Button, Group, Modal, NumberInput, PasswordInput, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";

import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { asProblem } from "../../../lib/api-problem";
import { bodyOf, draftOf, withPreset, type Draft } from "../provider-draft";
import { PRESETS, presetOf, type Kind } from "../presets";
import { useAddProvider, useChangeProvider, type Provider } from "../providers-api";
import { strings } from "../strings";
import classes from "./Providers.module.css";

const words = strings.form;

interface ProviderFormProps {
  opened: boolean;
  /** Null to add one. */
  provider: Provider | null;
  onClose: () => void;
}

export function ProviderForm({ opened, provider, onClose }: ProviderFormProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="lg"
      title={provider ? words.editTitle(provider.name) : words.addTitle}
    >
      <Fields provider={provider} onClose={onClose} />
    </Modal>
  );
}

function Fields({ provider, onClose }: Omit<ProviderFormProps, "opened">) {
  const add = useAddProvider();
  const change = useChangeProvider();
  const form = useForm<Draft>({
    initialValues: draftOf(provider),
    validate: {
      name: (value) => (value.trim() ? null : words.required.name),
      baseUrl: (value) => (value.trim() ? null : words.required.url),
      model: (value) => (value.trim() ? null : words.required.model),
    },
  });
  const save = form.onSubmit((draft) => {
    const body = bodyOf(draft, provider);
    const done = { onSuccess: onClose, onError: (error: Error) => form.setErrors(fieldErrors(error)) };
    if (provider?.id) change.mutate({ id: provider.id, ...body }, done);
    else add.mutate({ ...body, api_key: draft.apiKey }, done);
  });
  const error = add.error ?? change.error;
  const field = (name: keyof Draft) => ({ ...form.getInputProps(name) });
  return (
    <form onSubmit={save} noValidate>
      <Stack gap="sm">
        <Select
          label={words.kind}
          data={PRESETS.map(({ kind }) => ({ value: kind, label: strings.kinds[kind] }))}
          allowDeselect={false}
          value={form.values.kind}
          onChange={(kind) => form.setValues(withPreset(form.values, presetOf(kind as Kind)))}
          data-autofocus
        />
        <div className={classes.pair}>
          <TextInput
            label={words.name}
            description={words.nameHint}
            maxLength={60}
            required
            {...field("name")}
          />
          <TextInput
            label={words.model}
            description={words.modelHint}
            placeholder={presetOf(form.values.kind).model}
            required
            {...field("model")}
          />
        </div>
        <TextInput label={words.url} description={words.urlHint} type="url" required {...field("baseUrl")} />
        <PasswordInput
          label={words.key}
          description={keyHint(provider, form.values.kind)}
          autoComplete="off"
          {...field("apiKey")}
        />
        <Figures field={field} />
        {error && <ErrorNotice error={error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button type="submit" loading={add.isPending || change.isPending}>
            {words.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Figures({ field }: { field: (name: keyof Draft) => object }) {
  const number = { min: 0, allowNegative: false, hideControls: true } as const;
  return (
    <div className={classes.pair}>
      <NumberInput label={words.priceIn} description={words.priceHint} {...number} {...field("priceIn")} />
      <NumberInput label={words.priceOut} description={words.priceHint} {...number} {...field("priceOut")} />
      <NumberInput label={words.calls} description={words.rateHint} {...number} {...field("calls")} />
      <NumberInput label={words.tokens} description={words.rateHint} {...number} {...field("tokens")} />
      <NumberInput label={words.timeout} description={words.timeoutHint} {...number} {...field("timeout")} />
    </div>
  );
}

function keyHint(provider: Provider | null, kind: Kind): string {
  if (provider?.key_hint) return words.keyStays(provider.key_hint);
  return presetOf(kind).needsKey ? words.keyHint : words.keyNone;
}

const FIELDS: Record<string, keyof Draft> = {
  name: "name",
  base_url: "baseUrl",
  model: "model",
  api_key: "apiKey",
  price_in: "priceIn",
  price_out: "priceOut",
  requests_per_minute: "calls",
  tokens_per_minute: "tokens",
  timeout: "timeout",
};

function fieldErrors(error: Error): Partial<Record<keyof Draft, string>> {
  const found: Partial<Record<keyof Draft, string>> = {};
  for (const [name, message] of Object.entries(asProblem(error).fieldErrors)) {
    const field = FIELDS[name];
    if (field) found[field] = message;
  }
  return found;
}
