import { useEffect, useMemo, useState } from "react";
import { useLocation } from "react-router";

import { lookingAt, type Looking } from "./core/looking";

/** What the person sees of this page just now. */
export function useLooking(): Looking {
  const { pathname } = useLocation();
  const [isVisible, setVisible] = useState(() => !document.hidden);
  useEffect(() => {
    const update = () => setVisible(!document.hidden);
    document.addEventListener("visibilitychange", update);
    return () => document.removeEventListener("visibilitychange", update);
  }, []);
  return useMemo(() => lookingAt(pathname, isVisible), [pathname, isVisible]);
}
