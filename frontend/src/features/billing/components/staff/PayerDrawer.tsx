import { Anchor, Drawer, Group, Stack, Text, Title } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { Link } from "react-router";

import { Loaded } from "../../../../components/ui/Loaded";
import { PagedList } from "../../../../components/ui/PagedList";
import { payerEntriesQuery, payerQuery, type PayerAccount } from "../../staff-queries";
import { strings } from "../../strings";
import { AccountFigures } from "../AccountFigures";
import { EntryTable } from "../EntryTable";
import { PayerActions } from "./PayerActions";

const words = strings.staff.person;

interface PayerDrawerProps {
  /** Null: nobody is open. */
  userId: string | null;
  canAct: boolean;
  onClose: () => void;
}

/** Somebody's credit, plan and budgets, what staff may do about them, and every entry of the ledger. */
export function PayerDrawer({ userId, canAct, onClose }: PayerDrawerProps) {
  return (
    <Drawer.Root opened={userId !== null} onClose={onClose} position="right" size="xl">
      <Drawer.Overlay />
      <Drawer.Content>{userId && <Person userId={userId} canAct={canAct} />}</Drawer.Content>
    </Drawer.Root>
  );
}

function Person({ userId, canAct }: { userId: string; canAct: boolean }) {
  const account = useQuery(payerQuery(userId));
  return (
    <>
      <Drawer.Header>
        <Drawer.Title fw={600}>{account.data?.name}</Drawer.Title>
        <Drawer.CloseButton aria-label={words.close} />
      </Drawer.Header>
      <Drawer.Body>
        <Loaded query={account} height={320}>
          {(person) => <Account person={person} canAct={canAct} />}
        </Loaded>
      </Drawer.Body>
    </>
  );
}

function Account({ person, canAct }: { person: PayerAccount; canAct: boolean }) {
  return (
    <Stack gap="lg">
      <Group gap="md">
        <Text size="sm" c="dimmed">
          {person.email ?? strings.staff.people.guest}
        </Text>
        <Anchor size="sm" component={Link} to={`/jobs?user=${person.user_id}`}>
          {words.jobs}
        </Anchor>
        <Anchor size="sm" component={Link} to={`/staff/audit?target=${person.user_id}`}>
          {words.audit}
        </Anchor>
      </Group>
      {canAct && <PayerActions person={person} />}
      <AccountFigures usage={person} whose="theirs" />
      {person.billing && <Entries userId={person.user_id} />}
    </Stack>
  );
}

function Entries({ userId }: { userId: string }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <Title order={3} size="h5" mb="xs" id={id}>
        {words.entries}
      </Title>
      <PagedList query={useInfiniteQuery(payerEntriesQuery(userId))} empty={words.noEntries}>
        {(entries) => <EntryTable entries={entries} />}
      </PagedList>
    </section>
  );
}
