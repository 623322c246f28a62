import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import { auditQuery, type AuditFilter } from "../staff-queries";
import { strings } from "../strings";
import { AuditTable } from "./AuditTable";
import { PagedList } from "../../../components/ui/PagedList";
import { Panel } from "../../../components/ui/Panel";

const words = strings.audit;
const FIELDS = ["action", "target", "via", "actor"] as const;
type Field = (typeof FIELDS)[number];

const SUBJECTS = [{ value: "", label: words.all }, ...options(words.subjects)];
const VIAS = [{ value: "", label: words.anyVia }, ...options(words.vias)];

/** Who did what to which job, canvas or setting. The filters are in the address. */
export function AuditSection() {
  const [search, setSearch] = useSearchParams();
  const set = (field: Field, value: string) =>
    setSearch(
      (before) => {
        if (value) before.set(field, value);
        else before.delete(field);
        return before;
      },
      { replace: true },
    );
  const filter = filterIn(search);
  const query = useInfiniteQuery(auditQuery(filter));
  const pick = (field: Field) => ({
    size: "xs",
    value: search.get(field) ?? "",
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) => set(field, currentTarget.value),
  });
  return (
    <Panel
      title={words.title}
      tools={
        <Group gap="xs">
          {Object.keys(filter).length > 0 && (
            <Button size="compact-sm" variant="subtle" onClick={() => setSearch({}, { replace: true })}>
              {words.clear}
            </Button>
          )}
          <NativeSelect aria-label={words.kind} data={SUBJECTS} {...pick("action")} />
          <NativeSelect aria-label={words.byVia} data={VIAS} {...pick("via")} />
          <TextInput aria-label={words.search} placeholder={words.search} w={280} {...pick("target")} />
        </Group>
      }
    >
      <PagedList query={query} empty={words.empty}>
        {(entries) => <AuditTable entries={entries} onActor={(actor) => set("actor", actor)} />}
      </PagedList>
    </Panel>
  );
}

function filterIn(search: URLSearchParams): AuditFilter {
  const given = FIELDS.map((field) => [field, search.get(field)?.trim()]).filter(([, value]) => value);
  return Object.fromEntries(given) as AuditFilter;
}

function options(names: Readonly<Record<string, string>>) {
  return Object.entries(names).map(([value, label]) => ({ value, label }));
}
