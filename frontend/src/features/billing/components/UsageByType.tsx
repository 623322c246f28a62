import { Title } from "@mantine/core";

import { formatTokens, formatUsd } from "../../../lib/amounts";
import { strings } from "../strings";
import type { Usage } from "../usage-queries";
import classes from "./UsagePage.module.css";

const words = strings.byType;

export function UsageByType({ lines }: { lines: Usage["by_type"] }) {
  return (
    <section className={classes.section}>
      <Title order={2} size="h4">
        {words.title}
      </Title>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{words.operation}</th>
            <th scope="col" className={classes.number}>
              {words.calls}
            </th>
            <th scope="col" className={classes.number}>
              {words.tokens}
            </th>
            <th scope="col" className={classes.number}>
              {words.cost}
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.operation}>
              <td>
                {strings.operation(line.operation)}
                <Asides line={line} />
              </td>
              <td className={classes.number}>{formatTokens(line.calls)}</td>
              <td className={classes.number}>{formatTokens(line.tokens_in + line.tokens_out)}</td>
              <td className={classes.number}>{formatUsd(line.usd)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Asides({ line }: { line: Usage["by_type"][number] }) {
  const asides = [
    line.failed > 0 && words.failed(line.failed),
    line.cached > 0 && words.cached(line.cached),
  ].filter((aside) => aside !== false);
  return asides.length > 0 && <div className={classes.note}>{asides.join(", ")}</div>;
}
