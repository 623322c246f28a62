import classes from "./Logo.module.css";
import { strings } from "./strings";

/** The mark: a shape, and a line that sets out from it. */
export function Logo() {
  return (
    <span className={classes.logo}>
      <svg viewBox="0 0 32 32" width={24} height={24} aria-hidden>
        <rect width="32" height="32" rx="8" className={classes.tile} />
        <path d="M9.5 11.5h6a3 3 0 0 1 3 3v3a3 3 0 0 0 3 3h1" className={classes.line} />
        <path d="m20 17.5 3 3-3 3" className={classes.line} />
        <rect x="6.5" y="8.5" width="6" height="6" rx="1.75" fill="#fff" />
      </svg>
      <span className={classes.word}>{strings.product}</span>
    </span>
  );
}
