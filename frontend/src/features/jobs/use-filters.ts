import { useCallback, useMemo } from "react";
import { useNavigate, useSearchParams } from "react-router";

import { filtersIn, searchOf, withFilter, type FilterName, type JobFilters } from "./filters";

interface Filters {
  filters: JobFilters;
  /** Each change is a step that Back undoes, except with `replace`: while somebody is still writing. */
  set: (name: FilterName, value: string | null, replace?: boolean) => void;
}

/** The filters live in the address: they survive a reload, and can be sent to somebody. */
export function useFilters(): Filters {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const filters = useMemo(() => filtersIn(search), [search]);
  const set = useCallback(
    (name: FilterName, value: string | null, replace = false) =>
      void navigate(
        { pathname: "/jobs", search: searchOf(withFilter(filters, name, value)) },
        { replace, flushSync: true },
      ),
    [filters, navigate],
  );
  return { filters, set };
}
