import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";

import { Appear } from "../components/ui/Appear";
import { strings } from "./strings";

// Most people never go there.
const StaffPage = lazy(() => import("../features/monitoring/components/StaffPage"));

export function StaffRoute() {
  return (
    <Suspense
      fallback={
        <Appear label={strings.staffLoading}>
          <Skeleton height="60vh" m="lg" radius="lg" />
        </Appear>
      }
    >
      <StaffPage />
    </Suspense>
  );
}
