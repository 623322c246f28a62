import { SegmentedControl } from "@mantine/core";

import { useSession } from "../../accounts/session";
import { ME } from "../filters";
import { seesAll } from "../job-actions";
import { strings } from "../strings";
import { useFilters } from "../use-filters";

const words = strings.filter;

/** Staff see everybody's jobs, or their own; all others have no choice to make. */
export function WhoseJobs() {
  const { user } = useSession();
  const { filters, set } = useFilters();
  if (!seesAll(user)) return null;
  return (
    <SegmentedControl
      size="xs"
      aria-label={words.whose}
      data={[
        { value: "all", label: words.everybody },
        { value: ME, label: words.mine },
      ]}
      value={filters.user === ME ? ME : "all"}
      onChange={(value) => set("user", value === ME ? ME : null)}
    />
  );
}
