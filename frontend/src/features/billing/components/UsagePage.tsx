import { SegmentedControl, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Loaded } from "../../../components/ui/Loaded";
import { usePageTitle } from "../../../lib/use-page-title";
import { formatUsd } from "../../../lib/amounts";
import { strings } from "../strings";
import { usageQuery, type Usage } from "../usage-queries";
import { AccountFigures } from "./AccountFigures";
import { CallList } from "./CallList";
import { EntryList } from "./EntryList";
import { UsageByDay } from "./UsageByDay";
import { UsageByType } from "./UsageByType";
import classes from "./UsagePage.module.css";

const RANGES = [7, 30, 90] as const;
const USUAL_RANGE = 30;

/** What I have used, by day, by type and call by call; credit, plan and budgets. */
export function UsagePage() {
  usePageTitle(strings.title);
  const [days, setDays] = useState<(typeof RANGES)[number]>(USUAL_RANGE);
  const usage = useQuery({ ...usageQuery(days), placeholderData: (before) => before });
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <div>
          <Title order={1}>{strings.title}</Title>
          <Text c="dimmed" size="sm">
            {strings.lead}
          </Text>
        </div>
        <SegmentedControl
          aria-label={strings.range.label}
          value={String(days)}
          onChange={(value) => setDays(RANGES.find((range) => String(range) === value) ?? USUAL_RANGE)}
          data={RANGES.map((range) => ({ value: String(range), label: strings.range[range] }))}
        />
      </div>
      <Loaded query={usage} height={320}>
        {(data) => <Content usage={data} />}
      </Loaded>
    </div>
  );
}

function Content({ usage }: { usage: Usage }) {
  return (
    <>
      <AccountFigures usage={usage} />
      <UsageByDay days={usage.by_day} />
      {usage.by_type.length > 0 && <UsageByType lines={usage.by_type} />}
      {usage.total.saved_usd > 0 && (
        <Text size="sm" c="dimmed">
          {strings.saved(formatUsd(usage.total.saved_usd))}
        </Text>
      )}
      <CallList />
      {usage.billing && <EntryList />}
    </>
  );
}
