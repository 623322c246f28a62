import table from "../../../components/ui/Table.module.css";
import { formatTokens, formatUsd } from "../../../lib/amounts";
import { typeName } from "../../jobs/names";
import { strings } from "../strings";
import type { Usage } from "../usage-queries";
import { UsageSection } from "./UsageSection";

const words = strings.byType;
type Line = Usage["by_type"][number];

/** What it was used for. */
export function UsageByType({ lines }: { lines: readonly Line[] }) {
  return (
    <UsageSection title={words.title}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{words.operation}</th>
            {[words.calls, words.tokens, words.cost].map((name) => (
              <th key={name} scope="col" className={table.number}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <Row key={line.operation} line={line} />
          ))}
        </tbody>
      </table>
    </UsageSection>
  );
}

function Row({ line }: { line: Line }) {
  const asides = [
    line.failed > 0 && words.failed(line.failed),
    line.cached > 0 && words.cached(line.cached),
  ].filter((aside) => aside !== false);
  const figures = [
    [words.calls, formatTokens(line.calls)],
    [words.tokens, formatTokens(line.tokens_in + line.tokens_out)],
    [words.cost, formatUsd(line.usd)],
  ] as const;
  return (
    <tr>
      <td data-label={words.operation}>
        {typeName(line.operation)}
        {asides.length > 0 && <span className={table.sub}>{asides.join(", ")}</span>}
      </td>
      {figures.map(([name, value]) => (
        <td key={name} data-label={name} className={table.number}>
          {value}
        </td>
      ))}
    </tr>
  );
}
