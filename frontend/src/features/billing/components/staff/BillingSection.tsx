import { Alert } from "@mantine/core";
import { IconCoinOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import { Loaded } from "../../../../components/ui/Loaded";
import { installationQuery } from "../../staff-queries";
import { strings } from "../../strings";
import { InstallationPanel } from "./InstallationPanel";
import { PayerDrawer } from "./PayerDrawer";
import { PayersPanel } from "./PayersPanel";

/** Who pays for models: budgets of all together, and everybody's credit, plan and budgets. Somebody who is open is in the address. */
export function BillingSection({ canAct }: { canAct: boolean }) {
  const installation = useQuery(installationQuery);
  const [search, setSearch] = useSearchParams();
  const open = (userId: string | null) =>
    setSearch((before) => {
      if (userId) before.set("person", userId);
      else before.delete("person");
      return before;
    });
  return (
    <Loaded query={installation} height={320}>
      {(usage) => (
        <>
          {!usage.billing && (
            <Alert variant="light" color="gray" icon={<IconCoinOff size={18} aria-hidden />} py="xs">
              {strings.staff.off}
            </Alert>
          )}
          <InstallationPanel usage={usage} canAct={canAct} />
          <PayersPanel billing={usage.billing} />
          <PayerDrawer userId={search.get("person")} canAct={canAct} onClose={() => open(null)} />
        </>
      )}
    </Loaded>
  );
}
