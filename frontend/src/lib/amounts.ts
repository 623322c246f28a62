const whole = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const CENT = 0.01;

/** With a real minus sign: a hyphen is too short beside digits. */
export function formatTokens(tokens: number): string {
  return whole.format(tokens).replace("-", "−");
}

/** "1.2K", for the side of a chart. */
export function formatTokensShort(tokens: number): string {
  return compact.format(tokens);
}

/** "$1.25", "$0.0031": below a cent two digits that say something. Nothing is free that has cost something. */
export function formatUsd(usd: number): string {
  if (usd === 0) return "$0";
  if (usd >= CENT) return `$${usd.toFixed(2)}`;
  return `$${Number(usd.toPrecision(2)).toFixed(Math.min(8, 1 - Math.floor(Math.log10(usd))))}`;
}
