import { NavLink } from "react-router";

import { strings } from "../strings";
import classes from "./StaffPage.module.css";

const PLACES = [
  ["/staff", strings.sections.overview],
  ["/staff/workers", strings.sections.workers],
  ["/staff/audit", strings.sections.audit],
  ["/staff/people", strings.sections.people],
  ["/staff/billing", strings.sections.billing],
  ["/staff/providers", strings.sections.providers],
] as const;

/** The pages of staff, from each of them to the others. */
export function StaffNav() {
  return (
    <nav aria-label={strings.navigation} className={classes.sections}>
      {PLACES.map(([to, name]) => (
        <NavLink key={to} to={to} end>
          {name}
        </NavLink>
      ))}
    </nav>
  );
}
