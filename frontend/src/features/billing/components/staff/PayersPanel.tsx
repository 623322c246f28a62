import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import { FindTools } from "../../../../components/ui/FindTools";
import { PagedList } from "../../../../components/ui/PagedList";
import { Panel } from "../../../../components/ui/Panel";
import table from "../../../../components/ui/Table.module.css";
import { payersQuery, type Needs, type Payer } from "../../staff-queries";
import { strings } from "../../strings";
import { PayerRow } from "./PayerRow";

const TYPING_MS = 250;
const words = strings.staff.people;
const NEEDS = Object.keys(words.need) as Needs[];
const OF_CREDIT: readonly Needs[] = ["low_credit", "ended_plan"];

/** Everybody with credit, plan and budgets. Without billing credit and plan bind nobody, and are not shown. */
export function PayersPanel({ billing }: { billing: boolean }) {
  const [text, setText] = useState("");
  const [needs, setNeeds] = useState<Needs | "">("");
  const [q] = useDebouncedValue(text.trim(), TYPING_MS);
  const query = useInfiniteQuery(payersQuery({ ...(q && { q }), ...(needs && { needs }) }));
  const offered = NEEDS.filter((need) => billing || !OF_CREDIT.includes(need));
  return (
    <Panel
      title={words.title}
      tools={
        <FindTools
          label={words.needs}
          any={words.anyNeed}
          choices={offered.map((need) => [need, words.need[need]] as const)}
          chosen={needs}
          onChoose={setNeeds}
          search={words.search}
          text={text}
          onText={setText}
        />
      }
    >
      <PagedList query={query} empty={words.empty}>
        {(people) => <Payers people={people} billing={billing} />}
      </PagedList>
    </Panel>
  );
}

function Payers({ people, billing }: { people: readonly Payer[]; billing: boolean }) {
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">{words.name}</th>
          {billing && (
            <>
              <th scope="col">{words.plan}</th>
              <th scope="col" className={table.number}>
                {words.balance}
              </th>
            </>
          )}
          <th scope="col" className={table.number}>
            {words.month}
          </th>
          <th scope="col">{words.today}</th>
          <th scope="col">{words.thisMonth}</th>
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <PayerRow key={person.user_id} person={person} billing={billing} />
        ))}
      </tbody>
    </table>
  );
}
