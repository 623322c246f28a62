import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { formatTokens, formatUsd } from "../../lib/amounts";
import { aiAgentService, type CostEstimate } from "../jobs/ai-agent-service";
import { strings } from "./strings";

const PAUSE_MS = 500; // in typing, before it is asked
const SHORTEST = 3; // characters that may mean something
const FRESH_MS = 60_000;

/** What sending this would cost, in words; null while it is not known. `canvasId`: it is a change of that canvas. */
export function useCostEstimate(text: string, canvasId: string | null, isWanted: boolean): string | null {
  const [settled] = useDebouncedValue(text.trim(), PAUSE_MS);
  const { data } = useQuery({
    queryKey: ["ai-estimate", canvasId, settled],
    queryFn: () => aiAgentService.estimate(settled, canvasId),
    enabled: isWanted && settled.length >= SHORTEST,
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
    retry: false,
  });
  return data && isWanted && text.trim().length >= SHORTEST ? costWords(data) : null;
}

export function costWords({ engine, tokens, usd }: CostEstimate): string {
  const words = strings.cost;
  if (engine === "planner") return words.planner;
  if (engine === null) return words.nobody;
  const about = words.tokens(formatTokens(roughly(tokens)));
  return `${about} · ${usd > 0 ? formatUsd(usd) : words.free}`;
}

/** It is a guess, and shall look like one: 1,537 is about 1,500. */
function roughly(tokens: number): number {
  return Number(tokens.toPrecision(2));
}
