import { Button, NativeSelect } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Link } from "react-router";

import { asProblem } from "../../../lib/api-problem";
import { formatDateTime, formatRelative } from "../../../lib/format";
import { useSession } from "../../accounts/session";
import { useChangePerson } from "../staff-queries";
import type { Person, Role } from "../staff-types";
import { strings } from "../strings";
import classes from "../../../components/ui/Table.module.css";

const words = strings.people;
const ROLES = Object.entries(words.roles).map(([value, label]) => ({ value, label }));

/** Somebody, with their jobs one click away. Nobody takes the role from themselves by mistake. */
export function PersonRow({ person, now, canAct }: { person: Person; now: number; canAct: boolean }) {
  const { user } = useSession();
  const { mutate, isPending } = useChangePerson(person.id);
  const change = (body: { role?: Role; suspended?: boolean }) => mutate(body, { onError: showRefusal });
  const isSuspended = person.suspended_at !== null;
  const isMe = person.id === user?.id;
  return (
    <tr data-person={person.id}>
      <td data-label={words.name}>
        <Link to={`/jobs?user=${person.id}`} title={words.jobs}>
          {person.name}
        </Link>
        {isSuspended && <span className={`${classes.sub} ${classes.bad}`}>{words.suspended}</span>}
      </td>
      <td data-label={words.email}>{person.email ?? words.guest}</td>
      <td data-label={words.role}>
        {canAct && !isMe && !person.is_guest ? (
          <NativeSelect
            size="xs"
            w={150}
            aria-label={words.roleOf(person.name)}
            data={ROLES}
            value={person.role}
            disabled={isPending}
            onChange={({ currentTarget }) => change({ role: currentTarget.value as Role })}
          />
        ) : (
          words.roles[person.role]
        )}
      </td>
      <td data-label={words.seen}>
        {person.last_seen_at ? (
          <time dateTime={person.last_seen_at} title={formatDateTime(person.last_seen_at)}>
            {formatRelative(person.last_seen_at, now)}
          </time>
        ) : (
          strings.none
        )}
      </td>
      <td data-label={words.since}>{formatDateTime(person.created_at)}</td>
      {canAct && (
        <td className={classes.act}>
          {!isMe && (
            <Button
              size="compact-sm"
              variant="default"
              loading={isPending}
              aria-label={isSuspended ? words.restoreNamed(person.name) : words.suspendNamed(person.name)}
              onClick={() => change({ suspended: !isSuspended })}
            >
              {isSuspended ? words.restore : words.suspend}
            </Button>
          )}
        </td>
      )}
    </tr>
  );
}

function showRefusal(error: unknown): void {
  notifications.show({ title: words.failed, message: asProblem(error).message, color: "red" });
}
