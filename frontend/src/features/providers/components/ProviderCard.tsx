import { ActionIcon, Button, Group, Switch, Text, Title } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useState } from "react";

import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { Hint } from "../../../components/ui/Hint";
import { useChangeProvider, useOrderProviders, useRemoveProvider, type Provider } from "../providers-api";
import { strings } from "../strings";
import { ProviderFacts } from "./ProviderFacts";
import { ProviderState } from "./ProviderState";
import classes from "./Providers.module.css";
import { Trial } from "./Trial";

const words = strings.actions;

interface ProviderCardProps {
  provider: Provider;
  place: number;
  /** Ids of the providers that staff have added, in order. */
  order: readonly string[];
  mayChange: boolean;
  onEdit: (provider: Provider) => void;
}

export function ProviderCard({ provider, place, order, mayChange, onEdit }: ProviderCardProps) {
  return (
    <li className={classes.card} aria-label={provider.name}>
      <header className={classes.head}>
        <span className={classes.place} title={strings.place(place)} aria-hidden>
          {place}
        </span>
        <Title order={3} size="h4" className={classes.name}>
          {provider.name}
        </Title>
        <Text size="sm" c="dimmed">
          {strings.kinds[provider.kind]}
        </Text>
        <ProviderState provider={provider} />
      </header>
      <ProviderFacts provider={provider} />
      {provider.source === "settings" && (
        <Text size="sm" c="dimmed">
          {strings.fromSettings}
        </Text>
      )}
      {mayChange && (
        <Trial name={provider.name}>
          {provider.id !== null && (
            <OwnActions provider={provider} id={provider.id} order={order} onEdit={() => onEdit(provider)} />
          )}
        </Trial>
      )}
    </li>
  );
}

interface OwnActionsProps {
  provider: Provider;
  id: string;
  order: readonly string[];
  onEdit: () => void;
}

function OwnActions({ provider, id, order, onEdit }: OwnActionsProps) {
  const change = useChangeProvider();
  const remove = useRemoveProvider();
  const [sure, setSure] = useState(false);
  const { name } = provider;
  const error = change.error ?? remove.error;
  return (
    <>
      <Button size="compact-sm" variant="default" aria-label={words.editNamed(name)} onClick={onEdit}>
        {words.edit}
      </Button>
      <Button
        size="compact-sm"
        variant="subtle"
        color="red"
        loading={remove.isPending}
        aria-label={sure ? undefined : words.removeNamed(name)}
        onClick={() => (sure ? remove.mutate(id) : setSure(true))}
        onBlur={() => setSure(false)}
      >
        {sure ? words.sure : words.remove}
      </Button>
      <Group gap="xs" ml="auto">
        <Switch
          aria-label={words.enabled(name)}
          checked={change.isPending ? (change.variables.enabled ?? provider.enabled) : provider.enabled}
          onChange={({ currentTarget }) => change.mutate({ id, enabled: currentTarget.checked })}
        />
        <Mover id={id} name={name} order={order} />
      </Group>
      {error && <ErrorNotice error={error} />}
    </>
  );
}

function Mover({ id, name, order }: { id: string; name: string; order: readonly string[] }) {
  const reorder = useOrderProviders();
  const at = order.indexOf(id);
  const move = (by: number) => {
    const moved = order.filter((other) => other !== id);
    moved.splice(at + by, 0, id);
    reorder.mutate(moved);
  };
  const arrow = { variant: "subtle", color: "gray", disabled: reorder.isPending } as const;
  return (
    <Group gap={2} wrap="nowrap">
      <Hint label={words.up(name)}>
        <ActionIcon {...arrow} aria-label={words.up(name)} disabled={at === 0} onClick={() => move(-1)}>
          <IconArrowUp size={18} aria-hidden />
        </ActionIcon>
      </Hint>
      <Hint label={words.down(name)}>
        <ActionIcon
          {...arrow}
          aria-label={words.down(name)}
          disabled={at === order.length - 1}
          onClick={() => move(1)}
        >
          <IconArrowDown size={18} aria-hidden />
        </ActionIcon>
      </Hint>
    </Group>
  );
}
