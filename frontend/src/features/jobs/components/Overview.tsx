import { Link } from "react-router";

import { formatDuration, formatNumber } from "../../../lib/format";
import { searchOf, withFilter, type JobFilters } from "../filters";
import { strings } from "../strings";
import { useFilters } from "../use-filters";
import { useOverview, type Overview as Figures } from "../use-overview";
import classes from "./Overview.module.css";
import { Sparkline } from "./Sparkline";

type Name = "running" | "waiting" | "failed_today" | "usual_wait";
const NAMES: readonly Name[] = ["running", "waiting", "failed_today", "usual_wait"];
const words = strings.overview;

/** Four figures that move, each with its last hour; a click shows the jobs behind it. */
export function Overview() {
  const { filters } = useFilters();
  const { overview, failed } = useOverview();
  if (failed) return null; // the list below says what is wrong, and has the button
  return (
    <ul className={classes.figures} aria-label={words.label}>
      {NAMES.map((name) => {
        const to = searchOf(behind(name, filters));
        return (
          <li key={name}>
            <Link
              to={{ pathname: "/jobs", search: to }}
              className={classes.figure}
              data-figure={name}
              title={words.hint[name]}
            >
              <span className={classes.name}>{words[name]}</span>
              <span className={classes.value}>{overview ? figureWords(name, overview) : "\u2007"}</span>
              <Sparkline values={overview?.[name].points.map(({ value }) => value) ?? []} />
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

function figureWords(name: Name, overview: Figures): string {
  const { value, at_least } = overview[name];
  if (name === "usual_wait") return value === null ? words.noWait : formatDuration(value * 1_000);
  const number = formatNumber(value ?? 0);
  return at_least ? words.atLeast(number) : number;
}

/** The filter that shows the jobs of a figure; whose jobs they are stays. */
function behind(name: Name, { user }: JobFilters): JobFilters {
  const whose: JobFilters = user ? { user } : {};
  switch (name) {
    case "running":
      return withFilter(whose, "status", "processing");
    case "waiting":
      return withFilter(whose, "status", "queued");
    case "failed_today":
      return withFilter(withFilter(whose, "status", "failed"), "since", today());
    case "usual_wait":
      return withFilter(whose, "status", "queued");
  }
}

function today(): string {
  const now = new Date();
  const two = (part: number) => String(part).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
