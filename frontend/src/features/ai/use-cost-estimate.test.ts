import { expect, test } from "vitest";

import { costWords } from "./use-cost-estimate";

test.each([
  ["planner", 0, 0, "free: the planner draws it"],
  ["provider", 912, 0.0021, "about 910 tokens · $0.0021"],
  ["provider", 1537, 0, "about 1,500 tokens · free"],
  ["embedded", 904, 0, "about 900 tokens · free"],
  [null, 0, 0, "needs a model, and none is set up here"],
] as const)("%s with %i tokens for %f dollars", (engine, tokens, usd, words) => {
  expect(costWords({ engine, tokens, usd })).toBe(words);
});
