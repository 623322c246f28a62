import { expect, test } from "vitest";

import { formatTokens, formatUsd } from "./amounts";

test("money below a cent still says something", () => {
  expect([0, 1.25, 0.01, 0.0031, 0.000_002, 12].map(formatUsd)).toEqual([
    "$0",
    "$1.25",
    "$0.01",
    "$0.0031",
    "$0.0000020",
    "$12.00",
  ]);
});

test("tokens are grouped", () => {
  expect([1_234_567, -1834].map(formatTokens)).toEqual(["1,234,567", "−1,834"]);
});
