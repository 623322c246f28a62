import { Autocomplete, Button, Popover, Select, TextInput } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { useState } from "react";

import { useSession } from "../../accounts/session";
import { ME, type FilterName } from "../filters";
import { seesAll } from "../job-actions";
import { PRIORITIES } from "../job-types";
import { strings } from "../strings";
import { useFilters } from "../use-filters";
import { useFacets } from "../use-overview";
import classes from "./JobFilters.module.css";

const words = strings.filter;

/** Everything that the list can be narrowed by besides text and status. Each choice counts at once. */
export function FilterMenu() {
  const { user } = useSession();
  const { filters, set } = useFilters();
  const facets = useFacets();
  const types = typeChoices(facets?.types.map(({ name }) => name) ?? [], filters.type);
  return (
    <Popover position="bottom-end" width={380} withinPortal trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconFilter size={16} stroke={1.75} aria-hidden />}>
          {words.add}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={classes.form}>
          <Select
            label={words.names.type}
            placeholder={words.any}
            data={types}
            value={filters.type ?? null}
            onChange={(value) => set("type", value)}
            comboboxProps={{ withinPortal: false }}
            openOnFocus={false}
            searchable
            clearable
          />
          <WrittenFilter name="queue" options={facets?.queues ?? []} />
          <Select
            label={words.names.priority}
            placeholder={words.any}
            data={PRIORITIES.map((value) => ({ value, label: strings.priority[value] }))}
            value={filters.priority ?? null}
            onChange={(value) => set("priority", value)}
            comboboxProps={{ withinPortal: false }}
            clearable
          />
          <WrittenFilter name="tag" options={facets?.tags ?? []} />
          {(["since", "until"] as const).map((name) => (
            <TextInput
              key={name}
              type="date"
              label={words.names[name]}
              value={filters[name] ?? ""}
              onChange={(event) => set(name, event.currentTarget.value || null, true)}
            />
          ))}
          {seesAll(user) && filters.user !== ME && (
            <WrittenFilter name="user" options={[]} hint={words.personHint} />
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

/** By their names for people; the one in force is there even if nobody knows it any more. */
function typeChoices(known: readonly string[], inForce: string | undefined) {
  const names = new Set(inForce ? [...known, inForce] : known);
  return [...names]
    .map((value) => ({ value, label: strings.typeName(value) }))
    .sort((one, other) => one.label.localeCompare(other.label));
}

interface WrittenFilterProps {
  name: FilterName;
  options: readonly string[];
  hint?: string;
}

/** Free text with suggestions: taken by Enter, by choosing, or by going on to the next field. */
function WrittenFilter({ name, options, hint = words.any }: WrittenFilterProps) {
  const { filters, set } = useFilters();
  const inForce = filters[name] ?? "";
  const [written, setWritten] = useState(inForce);
  const [before, setBefore] = useState(inForce);
  if (before !== inForce) {
    setBefore(inForce);
    setWritten(inForce);
  }
  const take = (value: string) => {
    if (value.trim() !== inForce) set(name, value.trim() || null);
  };
  return (
    <Autocomplete
      label={words.names[name]}
      placeholder={hint}
      data={[...options]}
      openOnFocus={false}
      value={written}
      onChange={setWritten}
      onOptionSubmit={take}
      onBlur={() => take(written)}
      onKeyDown={(event) => event.key === "Enter" && take(event.currentTarget.value)}
      comboboxProps={{ withinPortal: false }}
    />
  );
}
