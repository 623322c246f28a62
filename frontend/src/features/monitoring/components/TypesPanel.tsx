import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";

import { errorName, typeName } from "../../jobs/names";
import { secondsPair } from "../seconds";
import { typesQuery } from "../staff-queries";
import type { TypeFigures } from "../staff-types";
import { strings } from "../strings";
import { Loaded } from "../../../components/ui/Loaded";
import { Panel } from "../../../components/ui/Panel";
import classes from "../../../components/ui/Table.module.css";

const HOURS = 24;
const words = strings.types;
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
type Order = "failing" | "slow";

/** Which types give trouble: those that fail, or those that take long, first. */
export function TypesPanel() {
  const [order, setOrder] = useState<Order>("failing");
  return (
    <Panel
      title={words.title}
      tools={
        <SegmentedControl
          size="xs"
          aria-label={words.order}
          value={order}
          onChange={setOrder}
          data={[
            { value: "failing", label: words.failing },
            { value: "slow", label: words.slow },
          ]}
        />
      }
    >
      <Loaded
        query={useQuery(typesQuery(HOURS))}
        empty={{ when: ({ items }) => items.length === 0, text: words.empty }}
      >
        {({ items }) => <Types items={ordered(items, order)} />}
      </Loaded>
    </Panel>
  );
}

function ordered(items: readonly TypeFigures[], order: Order): TypeFigures[] {
  if (order === "failing") return [...items]; // the server's order
  return [...items].sort((one, other) => (other.run_p95 ?? -1) - (one.run_p95 ?? -1));
}

function Types({ items }: { items: readonly TypeFigures[] }) {
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{words.name}</th>
          <th scope="col" className={classes.number}>
            {words.jobs}
          </th>
          <th scope="col" className={classes.number}>
            {words.failure}
          </th>
          <th scope="col">{words.errors}</th>
          <th scope="col">{words.run}</th>
          <th scope="col">{words.wait}</th>
        </tr>
      </thead>
      <tbody>
        {items.map((type) => (
          <tr key={type.job_type}>
            <td data-label={words.name}>
              <Link to={`/jobs?type=${encodeURIComponent(type.job_type)}`}>{typeName(type.job_type)}</Link>
              <code className={`${classes.sub} ${classes.code}`}>{type.job_type}</code>
            </td>
            <td data-label={words.jobs} className={classes.number}>
              {strings.number(type.jobs)}
            </td>
            <td
              data-label={words.failure}
              className={`${classes.number} ${type.failed > 0 ? classes.bad : ""}`}
            >
              {percent.format(type.failure_rate)}
            </td>
            <td data-label={words.errors}>
              <Errors of={type.errors} />
            </td>
            <td data-label={words.run}>{secondsPair(type.run_p50, type.run_p95)}</td>
            <td data-label={words.wait}>{secondsPair(type.wait_p50, type.wait_p95)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Errors({ of }: { of: TypeFigures["errors"] }) {
  if (of.length === 0) return strings.none;
  return of.map(({ code, jobs }) => (
    <span key={code} className={classes.line} title={code}>
      {words.error(errorName(code), jobs)}
    </span>
  ));
}
