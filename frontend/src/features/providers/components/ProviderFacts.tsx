import type { Provider } from "../providers-api";
import { strings } from "../strings";
import classes from "./Providers.module.css";

const words = strings.facts;
const figures = new Intl.NumberFormat("en", { maximumFractionDigits: 4 });

export function ProviderFacts({ provider }: { provider: Provider }) {
  const rows = [
    [words.model, provider.model],
    [words.address, provider.base_url],
    [words.key, provider.key_hint ?? words.noKey],
    [words.price, priceOf(provider)],
    [words.rate, rateOf(provider)],
  ] as const;
  return (
    <dl className={classes.facts}>
      {rows.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function priceOf({ price_in, price_out }: Provider): string {
  if (price_in === 0 && price_out === 0) return words.free;
  return words.prices(figures.format(price_in), figures.format(price_out));
}

function rateOf({ requests_per_minute, tokens_per_minute }: Provider): string {
  const parts = [
    requests_per_minute === null ? null : words.calls(figures.format(requests_per_minute)),
    tokens_per_minute === null ? null : words.tokens(figures.format(tokens_per_minute)),
  ].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(", ") : words.noRate;
}
