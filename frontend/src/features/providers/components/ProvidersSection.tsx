import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlugConnected, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { EmptyState } from "../../../components/ui/EmptyState";
import { Loaded } from "../../../components/ui/Loaded";
import { providersQuery, type Provider, type ProviderList } from "../providers-api";
import { strings } from "../strings";
import { EmbeddedModels } from "./EmbeddedModels";
import { ProviderCard } from "./ProviderCard";
import { ProviderForm } from "./ProviderForm";
import classes from "./Providers.module.css";

/** Who draws: staff look, full staff change. */
export function ProvidersSection({ canAct }: { canAct: boolean }) {
  const providers = useQuery(providersQuery);
  const [open, form] = useDisclosure(false);
  const [edited, setEdited] = useState<Provider | null>(null);
  const edit = (provider: Provider | null) => {
    setEdited(provider);
    form.open();
  };
  return (
    <>
      <Group justify="space-between" align="flex-start" gap="md">
        <div className={classes.lead}>
          <Title order={2} size="h3">
            {strings.title}
          </Title>
          <Text c="dimmed" size="sm">
            {strings.lead}
          </Text>
        </div>
        {canAct && (
          <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => edit(null)}>
            {strings.add}
          </Button>
        )}
      </Group>
      <Loaded query={providers}>
        {(list) => <Providers list={list} mayChange={canAct} onEdit={edit} />}
      </Loaded>
      <ProviderForm key={edited?.id ?? String(open)} opened={open} provider={edited} onClose={form.close} />
    </>
  );
}

interface ProvidersProps {
  list: ProviderList;
  mayChange: boolean;
  onEdit: (provider: Provider) => void;
}

function Providers({ list, mayChange, onEdit }: ProvidersProps) {
  const own = list.items.filter(({ id }) => id !== null).map(({ id }) => id ?? "");
  return (
    <Stack gap="xl">
      {list.items.length === 0 ? (
        <EmptyState icon={IconPlugConnected} title={strings.empty.title} description={strings.empty.text} />
      ) : (
        <ol className={classes.list}>
          {list.items.map((provider, at) => (
            <ProviderCard
              key={provider.id ?? provider.name}
              provider={provider}
              place={at + 1}
              order={own}
              mayChange={mayChange}
              onEdit={onEdit}
            />
          ))}
        </ol>
      )}
      <EmbeddedModels models={list.embedded} mayChange={mayChange} />
    </Stack>
  );
}
