import type { ReactNode } from "react";
import { Navigate, Outlet, useLocation } from "react-router";

import { ErrorNotice } from "../components/ui/ErrorNotice";
import { useSession } from "../features/accounts/session";
import classes from "./SignedIn.module.css";

/** Only for somebody who is signed in, guests included; a stranger signs in first and comes back here. */
export function SignedIn({ children = <Outlet /> }: { children?: ReactNode }) {
  const { user, error, retry } = useSession();
  const { pathname, search } = useLocation();
  if (error) {
    return (
      <div className={classes.error}>
        <ErrorNotice error={error} onRetry={retry} />
      </div>
    );
  }
  if (user === undefined) return null;
  if (user === null) return <Navigate to={`/signin?next=${encodeURIComponent(pathname + search)}`} replace />;
  return children;
}
