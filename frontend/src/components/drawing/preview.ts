/** A canvas as a few plain shapes: enough to recognise it on a card. Rotation, colour and text are kept, roughness is not. */

export interface PreviewShape {
  id: string;
  kind: "rectangle" | "ellipse" | "diamond" | "line" | "text";
  x: number;
  y: number;
  width: number;
  height: number;
  /** Degrees around the middle. */
  turn: number;
  stroke: string;
  fill: string;
  strokeWidth: number;
  dashed: boolean;
  opacity: number;
  round: boolean;
  /** Of a line, absolute. */
  points: [number, number][];
  hasHead: boolean;
  /** Of a text. */
  lines: string[];
  fontSize: number;
  anchor: "start" | "middle" | "end";
  /** Stands on a line, which must not run through it. */
  onLine: boolean;
}

export interface Preview {
  viewBox: string;
  shapes: PreviewShape[];
}

const MARGIN = 40; // in the canvas's own units
const MAX_SHAPES = 400; // a card shows no more detail than this
const SMALLEST_WIDTH = 480; // so that a single small shape does not fill the card
const ASPECT = 16 / 10;
const KINDS = new Map<unknown, PreviewShape["kind"]>([
  ["rectangle", "rectangle"],
  ["frame", "rectangle"],
  ["image", "rectangle"],
  ["embeddable", "rectangle"],
  ["ellipse", "ellipse"],
  ["diamond", "diamond"],
  ["line", "line"],
  ["arrow", "line"],
  ["freedraw", "line"],
  ["text", "text"],
]);

type Element = Readonly<Record<string, unknown>>;

/** Null when there is nothing to see. */
export function previewOf(elements: readonly Element[]): Preview | null {
  const lines = new Set(elements.filter(({ type }) => KINDS.get(type) === "line").map(({ id }) => id));
  const shapes = elements
    .filter((element) => element["isDeleted"] !== true)
    .slice(0, MAX_SHAPES)
    .map((element) => toShape(element, lines))
    .filter((shape) => shape !== null);
  return shapes.length > 0 ? { viewBox: viewBoxOf(shapes), shapes } : null;
}

function toShape(element: Element, lines: ReadonlySet<unknown>): PreviewShape | null {
  const kind = KINDS.get(element["type"]);
  const id = element["id"];
  if (!kind || typeof id !== "string") return null;
  const x = number(element["x"], 0);
  const y = number(element["y"], 0);
  const background = text(element["backgroundColor"], "transparent");
  return {
    id,
    kind,
    x,
    y,
    width: number(element["width"], 0),
    height: number(element["height"], 0),
    turn: (number(element["angle"], 0) * 180) / Math.PI,
    stroke: text(element["strokeColor"], "#1e1e1e"),
    fill: kind === "line" ? "none" : background,
    strokeWidth: number(element["strokeWidth"], 2),
    dashed: element["strokeStyle"] === "dashed" || element["strokeStyle"] === "dotted",
    opacity: number(element["opacity"], 100) / 100,
    round: element["roundness"] !== null && element["roundness"] !== undefined,
    points: pointsOf(element["points"], x, y),
    hasHead: element["type"] === "arrow" && element["endArrowhead"] !== null,
    lines: text(element["text"], "").split("\n"),
    fontSize: number(element["fontSize"], 20),
    onLine: lines.has(element["containerId"]),
    anchor: ANCHORS.get(element["textAlign"]) ?? "start",
  };
}

const ANCHORS = new Map<unknown, PreviewShape["anchor"]>([
  ["center", "middle"],
  ["right", "end"],
]);

function pointsOf(points: unknown, x: number, y: number): [number, number][] {
  if (!Array.isArray(points)) return [];
  return points.flatMap((point: unknown): [number, number][] =>
    Array.isArray(point) ? [[x + number(point[0], 0), y + number(point[1], 0)]] : [],
  );
}

/** The drawing in the middle of a card-shaped window, with air around it. */
function viewBoxOf(shapes: readonly PreviewShape[]): string {
  const corners = shapes.flatMap((shape): [number, number][] =>
    shape.points.length > 0
      ? shape.points
      : [
          [shape.x, shape.y],
          [shape.x + shape.width, shape.y + shape.height],
        ],
  );
  const [left, right] = range(corners.map(([x]) => x));
  const [top, bottom] = range(corners.map(([, y]) => y));
  const width = Math.max(right - left + 2 * MARGIN, (bottom - top + 2 * MARGIN) * ASPECT, SMALLEST_WIDTH);
  const height = width / ASPECT;
  return [(left + right - width) / 2, (top + bottom - height) / 2, width, height].map(Math.round).join(" ");
}

function range(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

function number(value: unknown, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

function text(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}
