import uPlot from "uplot";

import { formatClock, formatDateTime, formatDay } from "../../lib/format";

const HEIGHT = 168;
const LABEL_ROOM = 74; // at the right, where lines are named
const LABEL_GAP = 14;
const DAY_SECONDS = 86_400;

export interface ChartLine {
  readonly name: string;
  /** A custom property: "--cc-status-failed". */
  readonly color: string;
  readonly values: readonly (number | null)[];
}

export interface ChartData {
  /** Seconds since 1970, rising. */
  readonly at: readonly number[];
  readonly lines: readonly ChartLine[];
  /** A value with its unit. */
  readonly format: (value: number) => string;
  /** Distances that lines across may have, where those of tens are none: of seconds. */
  readonly steps?: readonly number[];
}

/** How a chart is drawn into `target`; `tooltip` follows the pointer. */
export function chartOptions(
  { lines, format, steps }: ChartData,
  target: HTMLElement,
  tooltip: HTMLElement,
): uPlot.Options {
  const style = getComputedStyle(target);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const font = `12px ${style.fontFamily}`;
  const axis: uPlot.Axis = {
    stroke: color("--mantine-color-dimmed"),
    font,
    grid: { stroke: color("--cc-line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: target.clientWidth,
    height: HEIGHT,
    padding: [8, LABEL_ROOM, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { size: 6 } },
    scales: { y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1] } },
    series: [
      {},
      ...lines.map((line) => ({
        label: line.name,
        stroke: color(line.color),
        width: 2,
        points: { show: true, size: 5, fill: color(line.color), filter: lonely },
        spanGaps: false,
      })),
    ],
    axes: [
      { ...axis, grid: { show: false }, values: timeTicks, size: 28, space: 72 },
      {
        ...axis,
        values: (_plot, ticks) => ticks.map(format),
        size: 64,
        space: 36,
        ...(steps && { incrs: [...steps] }),
      },
    ],
    hooks: {
      draw: [(plot) => nameLines(plot, lines, color, font)],
      setCursor: [(plot) => showTip(plot, lines, format, tooltip)],
    },
  };
}

/** The points without neighbours, which no line would show. */
function lonely(plot: uPlot, place: number): number[] {
  const values = plot.data[place] ?? [];
  const isKnown = (index: number) => typeof values[index] === "number";
  return Array.from(values, (_, index) => index).filter(
    (index) => isKnown(index) && !isKnown(index - 1) && !isKnown(index + 1),
  );
}

/** Local time: of days their date, else the clock. */
function timeTicks(_plot: uPlot, ticks: number[], _axis: number, _space: number, step: number): string[] {
  const words = step >= DAY_SECONDS ? dayOf : clockOf;
  return ticks.map((tick) => words(new Date(tick * 1000)));
}

function clockOf(moment: Date): string {
  return formatClock(moment.toISOString());
}

/** Swedes write dates as ISO does. */
function dayOf(moment: Date): string {
  return formatDay(moment.toLocaleDateString("sv"));
}

/** Each line's name at its last known point, moved apart where they would lie on each other. */
function nameLines(
  plot: uPlot,
  lines: readonly ChartLine[],
  color: (name: string) => string,
  font: string,
): void {
  const { ctx } = plot;
  const ratio = uPlot.pxRatio;
  const named = lines
    .map((line, place) => {
      const last = lastOf(plot.data[place + 1] ?? []);
      return { line, y: last === null ? null : plot.valToPos(last, "y", true) };
    })
    .filter((each): each is { line: ChartLine; y: number } => each.y !== null)
    .sort((one, other) => one.y - other.y);
  ctx.save();
  ctx.font = font.replace("12px", `${12 * ratio}px`);
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  const lowest = plot.bbox.top + plot.bbox.height;
  let free = -Infinity;
  for (const [place, { line, y }] of named.entries()) {
    const room = (named.length - 1 - place) * LABEL_GAP * ratio;
    const here = Math.max(free, Math.min(y, lowest - room));
    ctx.fillStyle = color(line.color);
    ctx.fillText(line.name, plot.bbox.left + plot.bbox.width + 6 * ratio, here);
    free = here + LABEL_GAP * ratio;
  }
  ctx.restore();
}

/** The last known value. */
export function lastOf(values: ArrayLike<number | null | undefined>): number | null {
  return Array.from(values).findLast((value) => typeof value === "number") ?? null;
}

function showTip(
  plot: uPlot,
  lines: readonly ChartLine[],
  format: (value: number) => string,
  tooltip: HTMLElement,
): void {
  const { idx, left = -1 } = plot.cursor;
  const time = typeof idx === "number" ? plot.data[0][idx] : undefined;
  tooltip.hidden = time === undefined || left < 0;
  if (time === undefined || typeof idx !== "number") return;
  const row = (name: string, value: string, color?: string) => {
    const element = document.createElement("div");
    const label = document.createElement("span");
    label.textContent = name;
    if (color) label.style.color = `var(${color})`;
    element.append(label, document.createTextNode(value));
    return element;
  };
  const values = lines.map(({ name, color }, place) => {
    const value = plot.data[place + 1]?.[idx];
    return row(name, value === null || value === undefined ? "–" : format(value), color);
  });
  tooltip.replaceChildren(row(formatDateTime(new Date(time * 1000).toISOString()), ""), ...values);
  const room = plot.width - tooltip.offsetWidth - 8;
  tooltip.style.left = `${Math.max(0, Math.min(plot.bbox.left / uPlot.pxRatio + left + 12, room))}px`;
}
