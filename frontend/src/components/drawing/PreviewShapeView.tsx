import type { ReactNode } from "react";

import type { PreviewShape } from "./preview";

const HEAD_LENGTH = 14;
const HEAD_ANGLE = Math.PI / 7;
const LINE_HEIGHT = 1.25;
const CORNER = 16;
const LABEL_MARGIN = 8;

export function PreviewShapeView({ shape }: { shape: PreviewShape }) {
  const middle = `${shape.x + shape.width / 2} ${shape.y + shape.height / 2}`;
  return (
    <g
      transform={shape.turn === 0 ? undefined : `rotate(${shape.turn} ${middle})`}
      opacity={shape.opacity}
      stroke={shape.stroke}
      strokeWidth={shape.strokeWidth}
      strokeDasharray={shape.dashed ? "8 8" : undefined}
      strokeLinecap="round"
      strokeLinejoin="round"
      fill={shape.fill}
    >
      {DRAW[shape.kind](shape)}
    </g>
  );
}

const DRAW: Record<PreviewShape["kind"], (shape: PreviewShape) => ReactNode> = {
  rectangle: ({ x, y, width, height, round }) => (
    <rect x={x} y={y} width={width} height={height} rx={round ? Math.min(CORNER, height / 4) : 0} />
  ),
  ellipse: ({ x, y, width, height }) => (
    <ellipse cx={x + width / 2} cy={y + height / 2} rx={width / 2} ry={height / 2} />
  ),
  diamond: ({ x, y, width, height }) => (
    <path
      d={`M${x + width / 2} ${y} l${width / 2} ${height / 2} l${-width / 2} ${height / 2} l${-width / 2} ${-height / 2} z`}
    />
  ),
  line: (shape) => (
    <>
      <path d={`M${shape.points.map((point) => point.join(" ")).join(" L")}`} />
      {shape.hasHead && <path d={headPath(shape.points)} strokeDasharray="none" />}
    </>
  ),
  text: (shape) => <Words shape={shape} />,
};

function Words({ shape }: { shape: PreviewShape }) {
  const share = { start: 0, middle: 0.5, end: 1 }[shape.anchor];
  const x = shape.x + shape.width * share;
  return (
    <text
      x={x}
      y={shape.y}
      fontSize={shape.fontSize}
      textAnchor={shape.anchor}
      fill={shape.stroke}
      stroke={shape.onLine ? "#fff" : "none"}
      strokeWidth={LABEL_MARGIN}
      paintOrder="stroke"
    >
      {shape.lines.map((line, row) => (
        <tspan key={row} x={x} y={shape.y + shape.fontSize * (1 + row * LINE_HEIGHT)}>
          {line}
        </tspan>
      ))}
    </text>
  );
}

/** Two strokes back from the last point. */
function headPath(points: PreviewShape["points"]): string {
  const [tip, before] = [points.at(-1), points.at(-2)];
  if (!tip || !before) return "";
  const direction = Math.atan2(tip[1] - before[1], tip[0] - before[0]);
  const back = (turn: number) =>
    `${tip[0] - HEAD_LENGTH * Math.cos(direction + turn)} ${tip[1] - HEAD_LENGTH * Math.sin(direction + turn)}`;
  return `M${back(HEAD_ANGLE)} L${tip.join(" ")} L${back(-HEAD_ANGLE)}`;
}
