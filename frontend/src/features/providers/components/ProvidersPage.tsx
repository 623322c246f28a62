import { Button, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconLock, IconPlugConnected, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Appear } from "../../../components/ui/Appear";
import { EmptyState } from "../../../components/ui/EmptyState";
import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { usePageTitle } from "../../../lib/use-page-title";
import { useSession } from "../../accounts/session";
import { StaffNav } from "../../monitoring/components/StaffNav";
import { providersQuery, type Provider, type ProviderList } from "../providers-api";
import { strings } from "../strings";
import { EmbeddedModels } from "./EmbeddedModels";
import { ProviderCard } from "./ProviderCard";
import { ProviderForm } from "./ProviderForm";
import classes from "./ProvidersPage.module.css";

/** Who draws: staff look, full staff change. */
export function ProvidersPage() {
  usePageTitle(strings.title);
  const role = useSession().user?.role;
  if (role === "user") {
    return (
      <EmptyState
        order={1}
        icon={IconLock}
        title={strings.noStaff.title}
        description={strings.noStaff.text}
      />
    );
  }
  return <Page mayChange={role === "staff"} />;
}

function Page({ mayChange }: { mayChange: boolean }) {
  const providers = useQuery(providersQuery);
  const [open, form] = useDisclosure(false);
  const [edited, setEdited] = useState<Provider | null>(null);
  const edit = (provider: Provider | null) => {
    setEdited(provider);
    form.open();
  };
  return (
    <div className={classes.page}>
      <StaffNav />
      <Group justify="space-between" align="flex-start" gap="md">
        <div className={classes.lead}>
          <Title order={1}>{strings.title}</Title>
          <Text c="dimmed">{strings.lead}</Text>
          {!mayChange && <Text size="sm">{strings.readOnly}</Text>}
        </div>
        {mayChange && (
          <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => edit(null)}>
            {strings.add}
          </Button>
        )}
      </Group>
      {providers.error && !providers.data && (
        <ErrorNotice error={providers.error} onRetry={() => void providers.refetch()} />
      )}
      {providers.isPending && (
        <Appear label={strings.loading}>
          <Skeleton height={120} radius="md" />
        </Appear>
      )}
      {providers.data && <Providers list={providers.data} mayChange={mayChange} onEdit={edit} />}
      <ProviderForm key={edited?.id ?? String(open)} opened={open} provider={edited} onClose={form.close} />
    </div>
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
