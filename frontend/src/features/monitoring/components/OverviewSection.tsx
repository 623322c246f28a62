import { CoursePanel } from "./CoursePanel";
import { QueuesPanel } from "./QueuesPanel";
import { TypesPanel } from "./TypesPanel";

/** How the installation stands: queues first, then how it went, then which types give trouble. */
export function OverviewSection({ canAct }: { canAct: boolean }) {
  return (
    <>
      <QueuesPanel canAct={canAct} />
      <CoursePanel />
      <TypesPanel />
    </>
  );
}
