import { useInfiniteQuery } from "@tanstack/react-query";

import { PagedList } from "../../../components/ui/PagedList";
import { strings } from "../strings";
import { entriesQuery } from "../usage-queries";
import { EntryTable } from "./EntryTable";
import { UsageSection } from "./UsageSection";

/** What changed the balance. */
export function EntryList() {
  return (
    <UsageSection title={strings.entries.title}>
      <PagedList query={useInfiniteQuery(entriesQuery)} empty={strings.entries.none}>
        {(entries) => <EntryTable entries={entries} />}
      </PagedList>
    </UsageSection>
  );
}
