import { NavLink, Outlet } from "react-router";

import { TopBar } from "../components/ui/TopBar";
import { AccountMenu } from "../features/accounts/components/AccountMenu";
import { useSession } from "../features/accounts/session";
import { NoticeBell } from "../features/notices/components/NoticeBell";
import { useCanvasPageAhead } from "./canvas-page";
import classes from "./PageLayout.module.css";
import { strings } from "./strings";

/** Every page but the board: bar, then content. */
export function PageLayout() {
  const { user } = useSession();
  useCanvasPageAhead();
  return (
    <>
      <TopBar
        navigation={user ? <Navigation isStaff={user.role !== "user"} /> : null}
        notices={<NoticeBell />}
        account={<AccountMenu />}
      />
      <main id="content" className={classes.main} tabIndex={-1}>
        <Outlet />
      </main>
    </>
  );
}

function Navigation({ isStaff }: { isStaff: boolean }) {
  return (
    <nav aria-label={strings.navigation} className={classes.navigation}>
      <NavLink to="/" end>
        {strings.canvases}
      </NavLink>
      <NavLink to="/jobs">{strings.jobs}</NavLink>
      {isStaff && <NavLink to="/staff">{strings.staff}</NavLink>}
    </nav>
  );
}
