import classes from "./Overview.module.css";

const WIDTH = 100;
const HEIGHT = 24;
const FEWEST = 5; // less has no shape, and neither has nothing at all

/** The course of a figure, without axes: only its shape matters. Gaps in what is known are gaps in the line. */
export function Sparkline({ values }: { values: readonly (number | null)[] }) {
  const known = values.filter((value) => value !== null);
  if (known.length < FEWEST || known.every((value) => value === 0))
    return <svg className={classes.line} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden />;
  const highest = Math.max(...known, 1e-9);
  const x = (place: number) => (place / (values.length - 1)) * WIDTH;
  const y = (value: number) => HEIGHT - 1.5 - (value / highest) * (HEIGHT - 3);
  let pen = "M";
  let path = "";
  for (const [place, value] of values.entries()) {
    if (value === null) {
      pen = "M";
      continue;
    }
    path += `${pen}${x(place).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = "L";
  }
  return (
    <svg className={classes.line} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
      <path d={path} />
    </svg>
  );
}
