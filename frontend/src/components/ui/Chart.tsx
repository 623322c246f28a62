import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import classes from "./Chart.module.css";
import { chartOptions, lastOf, type ChartData } from "./chart-options";
import { strings } from "./strings";

interface ChartProps extends ChartData {
  /** What it shows, with the unit: "Jobs that ended, per minute". */
  title: string;
}

/** A few lines over time: each named where it ends, exact under the pointer, in the colours of the page. */
export function Chart({ title, at, lines, format, steps }: ChartProps) {
  const scheme = useComputedColorScheme();
  const place = useRef<HTMLDivElement>(null);
  const tip = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const names = lines.map(({ name, color }) => `${name}:${color}`).join();

  // A new picture for new lines or colours; new values alone only move it.
  useEffect(() => {
    const [target, tooltip] = [place.current, tip.current];
    if (!target || !tooltip) return undefined;
    const made = new uPlot(
      chartOptions({ at, lines, format, ...(steps && { steps }) }, target, tooltip),
      dataOf(at, lines),
      target,
    );
    const resize = new ResizeObserver(() => made.setSize({ width: target.clientWidth, height: made.height }));
    resize.observe(target);
    plot.current = made;
    return () => {
      resize.disconnect();
      made.destroy();
      plot.current = null;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- values are set below
  }, [names, scheme, format]);

  useEffect(() => plot.current?.setData(dataOf(at, lines)), [at, lines]);

  return (
    <figure className={classes.figure}>
      <figcaption className={classes.title}>{title}</figcaption>
      <div
        ref={place}
        className={classes.plot}
        role="img"
        aria-label={inWords({ title, at, lines, format })}
        data-empty={lines.every(({ values }) => lastOf(values) === null) ? strings.nothingYet : undefined}
      />
      <div ref={tip} className={classes.tip} hidden aria-hidden />
    </figure>
  );
}

function dataOf(at: ChartData["at"], lines: ChartData["lines"]): uPlot.AlignedData {
  return [at as number[], ...lines.map(({ values }) => values as (number | null)[])];
}

/** For those who do not see it: the last known value of each line. */
function inWords({ title, lines, format }: ChartProps): string {
  const last = lines.map(({ name, values }) => {
    const value = lastOf(values);
    return `${name} ${value === null ? "unknown" : format(value)}`;
  });
  return `${title}: ${last.join(", ")}`;
}
