import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useNow } from "../../../lib/use-now";
import { peopleQuery } from "../staff-queries";
import type { Person, Role } from "../staff-types";
import { strings } from "../strings";
import { FindTools } from "../../../components/ui/FindTools";
import { PagedList } from "../../../components/ui/PagedList";
import { Panel } from "../../../components/ui/Panel";
import { PersonRow } from "./PersonRow";
import classes from "../../../components/ui/Table.module.css";

const TYPING_MS = 250;
const AGES_EVERY_MS = 30_000;
const words = strings.people;
const ROLES = Object.entries(words.roles) as [Role, string][];

/** Everybody, with their role; full staff change it, and keep people out. */
export function PeopleSection({ canAct }: { canAct: boolean }) {
  const [text, setText] = useState("");
  const [role, setRole] = useState<Role | "">("");
  const [q] = useDebouncedValue(text.trim(), TYPING_MS);
  const query = useInfiniteQuery(peopleQuery({ ...(q && { q }), ...(role && { role }) }));
  return (
    <Panel
      title={words.title}
      tools={
        <FindTools
          label={words.roleFilter}
          any={words.anyRole}
          choices={ROLES}
          chosen={role}
          onChoose={setRole}
          search={words.search}
          text={text}
          onText={setText}
        />
      }
    >
      <PagedList query={query} empty={words.empty}>
        {(people) => <People people={people} canAct={canAct} />}
      </PagedList>
    </Panel>
  );
}

function People({ people, canAct }: { people: readonly Person[]; canAct: boolean }) {
  const now = useNow(AGES_EVERY_MS);
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{words.name}</th>
          <th scope="col">{words.email}</th>
          <th scope="col">{words.role}</th>
          <th scope="col">{words.seen}</th>
          <th scope="col">{words.since}</th>
          {canAct && <td />}
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <PersonRow key={person.id} person={person} now={now} canAct={canAct} />
        ))}
      </tbody>
    </table>
  );
}
