import { Button, CloseButton, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";

import { formatNumber } from "../../../lib/format";
import type { JobFilters } from "../filters";
import { PRIORITIES, type Job } from "../job-types";
import type { Selection } from "../selection";
import { strings } from "../strings";
import { useBulk, type Target } from "../use-bulk";
import { useJobActions } from "../use-job-actions";
import classes from "./BulkBar.module.css";
import { DeleteAllDialog } from "./DeleteAllDialog";

const words = strings.selection;

interface BulkBarProps {
  selection: Selection;
  jobs: readonly Job[];
  filters: JobFilters;
  /** How many jobs the filters find, where that is known. */
  total: number | null;
}

/** What can be done with the chosen jobs; it is there as long as some are chosen. */
export function BulkBar({ selection, jobs, filters, total }: BulkBarProps) {
  const bulk = useBulk();
  if (selection.size === 0 && bulk.working === null) return null;
  const of = selection.everything ? total : selection.size;
  return (
    <div className={classes.bar} role="region" aria-label={words.label}>
      {bulk.working === null ? (
        <Choices {...{ selection, jobs, filters, total }} run={bulk.run} />
      ) : (
        <>
          <span role="status">
            {of
              ? strings.bulk.workingOf(formatNumber(bulk.working), formatNumber(of))
              : strings.bulk.working(formatNumber(bulk.working))}
          </span>
          <Button size="compact-sm" variant="default" onClick={bulk.stop}>
            {strings.bulk.stop}
          </Button>
        </>
      )}
    </div>
  );
}

function Choices({
  selection,
  jobs,
  filters,
  total,
  run,
}: BulkBarProps & Pick<ReturnType<typeof useBulk>, "run">) {
  const { remove } = useJobActions();
  const [asking, dialog] = useDisclosure(false);
  const chosen = jobs.filter(({ job_id }) => selection.has(job_id));
  const possible = new Set(chosen.flatMap((job) => job.actions));
  const target: Target = selection.everything ? { filter: filters } : { ids: [...selection.ids] };
  const act = (action: "cancel" | "retry" | "delete") => {
    selection.clear();
    void run(action, target);
  };
  const removeChosen = () => {
    if (selection.everything) {
      dialog.open();
      return;
    }
    remove(chosen.filter((job) => job.actions.includes("delete")).map(({ job_id }) => job_id));
    selection.clear();
  };
  return (
    <>
      <span role="status">{countWords(selection, total)}</span>
      {!selection.everything && (total === null || total > selection.size) && (
        <Button size="compact-sm" variant="subtle" onClick={selection.selectEverything}>
          {total === null ? words.selectAll : words.selectAllCount(formatNumber(total))}
        </Button>
      )}
      <span className={classes.actions}>
        {(["cancel", "retry"] as const).map(
          (action) =>
            (possible.has(action) || selection.everything) && (
              <Button key={action} size="compact-sm" variant="default" onClick={() => act(action)}>
                {strings.action[action]}
              </Button>
            ),
        )}
        {(possible.has("priority") || selection.everything) && (
          <Menu position="top">
            <Menu.Target>
              <Button size="compact-sm" variant="default">
                {strings.action.priority}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {PRIORITIES.map((priority) => (
                <Menu.Item
                  key={priority}
                  onClick={() => {
                    selection.clear();
                    void run("priority", target, priority);
                  }}
                >
                  {strings.priorityIs(strings.priority[priority])}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
        {(possible.has("delete") || selection.everything) && (
          <Button size="compact-sm" variant="default" c="var(--mantine-color-error)" onClick={removeChosen}>
            {strings.action.delete}
          </Button>
        )}
      </span>
      <CloseButton size="sm" aria-label={words.clear} onClick={selection.clear} />
      <DeleteAllDialog
        opened={asking}
        count={total}
        onClose={dialog.close}
        onConfirm={() => {
          dialog.close();
          act("delete");
        }}
      />
    </>
  );
}

function countWords(selection: Selection, total: number | null): string {
  if (!selection.everything) return words.count(selection.size);
  return total === null ? words.all : words.allCount(formatNumber(total));
}
