import { Text } from "@mantine/core";

import { formatTokens, formatTokensShort, formatUsd } from "../../../lib/amounts";
import { strings } from "../strings";
import type { Usage } from "../usage-queries";
import classes from "./UsageByDay.module.css";
import { UsageSection } from "./UsageSection";

type Day = Usage["by_day"][number];

const words = strings.byDay;
// Days are UTC, as budgets are: a date must not move with the zone of whoever looks.
const dayName = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });

/** A bar for each day; exact under the pointer, in words for those who do not see it. */
export function UsageByDay({ days }: { days: readonly Day[] }) {
  const total = days.reduce((sum, day) => sum + tokensOf(day), 0);
  const top = days.reduce((best, day) => (tokensOf(day) > tokensOf(best) ? day : best), days[0] as Day);
  return (
    <UsageSection title={words.title}>
      {total === 0 ? (
        <Text size="sm" c="dimmed">
          {words.none}
        </Text>
      ) : (
        <>
          <Text size="xs" c="dimmed">
            {words.peak(formatTokensShort(tokensOf(top)))}
          </Text>
          <div
            className={classes.bars}
            role="img"
            aria-label={words.inWords(formatTokens(total), formatTokens(tokensOf(top)), nameOf(top))}
          >
            {days.map((day) => (
              <div key={day.day} className={classes.day} title={tipOf(day)}>
                <div
                  className={classes.bar}
                  style={{ height: `${(100 * tokensOf(day)) / tokensOf(top)}%` }}
                  data-empty={tokensOf(day) === 0 || undefined}
                />
              </div>
            ))}
          </div>
          <div className={classes.axis} aria-hidden>
            <span>{nameOf(days[0] as Day)}</span>
            <span>{nameOf(days[days.length - 1] as Day)}</span>
          </div>
        </>
      )}
    </UsageSection>
  );
}

function tokensOf(day: Day): number {
  return day.tokens_in + day.tokens_out;
}

function nameOf(day: Day): string {
  return dayName.format(new Date(day.day));
}

function tipOf(day: Day): string {
  return words.tip(nameOf(day), formatTokens(tokensOf(day)), formatUsd(day.usd));
}
