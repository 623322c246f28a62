import { IconX } from "@tabler/icons-react";
import { Link } from "react-router";

import { formatDay } from "../../../lib/format";
import { FILTER_NAMES, ME, searchOf, withFilter, type FilterName } from "../filters";
import type { Priority } from "../job-types";
import { strings } from "../strings";
import { useFilters } from "../use-filters";
import classes from "./JobFilters.module.css";

const words = strings.filter;
/** These have a place of their own, where one sees what is in force. */
const SHOWN_ELSEWHERE: readonly FilterName[] = ["q", "status"];

export function FilterChips() {
  const { filters } = useFilters();
  const names = FILTER_NAMES.filter((name) => filters[name] && !SHOWN_ELSEWHERE.includes(name));
  const chips = names.filter((name) => !(name === "user" && filters.user === ME));
  if (chips.length === 0) return null;
  return (
    <ul className={classes.applied} aria-label={words.applied}>
      {chips.map((name) => {
        const text = words.chip(words.names[name], valueWords(name, filters[name] ?? ""));
        return (
          <li key={name}>
            <Link
              className={classes.chip}
              data-removes
              to={{ pathname: "/jobs", search: searchOf(withFilter(filters, name, null)) }}
              aria-label={words.remove(text)}
            >
              {text}
              <IconX size={14} aria-hidden />
            </Link>
          </li>
        );
      })}
      <li>
        <Link className={classes.clear} to="/jobs">
          {words.clear}
        </Link>
      </li>
    </ul>
  );
}

function valueWords(name: FilterName, value: string): string {
  switch (name) {
    case "type":
      return strings.typeName(value);
    case "priority":
      return strings.priority[value as Priority];
    case "since":
    case "until":
      return formatDay(value);
    case "parent":
      return words.oneGroup;
    case "q":
    case "status":
    case "queue":
    case "tag":
    case "user":
      return value;
  }
}
