import { Group, NativeSelect, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { Chart } from "../../../components/ui/Chart";
import { SECOND_STEPS, seconds } from "../seconds";
import { courseQuery, queuesQuery } from "../staff-queries";
import { SPANS, type Course, type Span } from "../staff-types";
import { strings } from "../strings";
import classes from "./CoursePanel.module.css";
import { Loaded } from "../../../components/ui/Loaded";
import { Panel } from "../../../components/ui/Panel";

const words = strings.course;
const number = (value: number) => strings.number(Math.round(value * 10) / 10);

/** What ended, how long it waited and ran, and how much stood in line: over an hour, a day or thirty. */
export function CoursePanel() {
  const [span, setSpan] = useState<Span>("hour");
  const [queue, setQueue] = useState("");
  const queues = useQuery(queuesQuery).data?.items ?? [];
  return (
    <Panel
      title={words.title}
      tools={
        <Group gap="xs">
          <NativeSelect
            size="xs"
            aria-label={words.queue}
            value={queue}
            onChange={({ currentTarget }) => setQueue(currentTarget.value)}
            data={[{ value: "", label: words.everyQueue }, ...queues.map(({ name }) => name)]}
          />
          <SegmentedControl
            size="xs"
            aria-label={words.span}
            value={span}
            onChange={setSpan}
            data={SPANS.map((value) => ({ value, label: words.spans[value] }))}
          />
        </Group>
      }
    >
      <Loaded query={useQuery(courseQuery(span, queue || null))} height={200}>
        {(course) => <Charts course={course} span={span} />}
      </Loaded>
    </Panel>
  );
}

function Charts({ course, span }: { course: Course; span: Span }) {
  const at = useMemo(() => course.at.map((moment) => Date.parse(moment) / 1000), [course.at]);
  const lines = useMemo(() => linesOf(course), [course]);
  return (
    <div className={classes.charts}>
      <Chart
        title={`${words.throughput}, ${words.per[span]}`}
        at={at}
        lines={lines.throughput}
        format={number}
      />
      <Chart title={words.wait} at={at} lines={lines.wait} format={seconds} steps={SECOND_STEPS} />
      <Chart title={words.run} at={at} lines={lines.run} format={seconds} steps={SECOND_STEPS} />
      <Chart title={words.load} at={at} lines={lines.load} format={number} />
    </div>
  );
}

function linesOf(course: Course) {
  const line = (name: string, color: string, values: readonly (number | null)[]) => ({
    name,
    color: `--cc-status-${color}`,
    values,
  });
  return {
    throughput: [
      line(words.completed, "completed", course.completed),
      line(words.failed, "failed", course.failed),
    ],
    wait: [line(words.half, "processing", course.wait_p50), line(words.most, "retrying", course.wait_p95)],
    run: [line(words.half, "processing", course.run_p50), line(words.most, "retrying", course.run_p95)],
    load: [line(words.waiting, "queued", course.waiting), line(words.running, "processing", course.running)],
  };
}
