import { Anchor } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { ConnectionPill } from "./ConnectionPill";
import { Logo } from "./Logo";
import { strings } from "./strings";
import { ThemeToggle } from "./ThemeToggle";
import classes from "./TopBar.module.css";

interface TopBarProps {
  navigation?: ReactNode;
  notices?: ReactNode;
  /** Right end: account menu or sign-in. */
  account: ReactNode;
}

/** The bar of every page but the board's. */
export function TopBar({ navigation, notices, account }: TopBarProps) {
  return (
    <header className={classes.bar}>
      <a href="#content" className={classes.skip}>
        {strings.skipToContent}
      </a>
      <Anchor component={Link} to="/" underline="never" aria-label={strings.product} className={classes.home}>
        <Logo />
      </Anchor>
      {navigation}
      <div className={classes.end}>
        <ConnectionPill />
        {notices}
        <ThemeToggle />
        {account}
      </div>
    </header>
  );
}
