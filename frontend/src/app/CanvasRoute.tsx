import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";

import { Appear } from "../components/ui/Appear";
import { SignedIn } from "./SignedIn";
import { strings } from "./strings";

const CanvasPage = lazy(() => import("../features/canvas/components/CanvasPage"));

/** The editor is a megabyte: it is loaded apart from everything else. */
export function CanvasRoute() {
  return (
    <SignedIn>
      <Suspense
        fallback={
          <Appear label={strings.canvasLoading}>
            <Skeleton height="100dvh" radius={0} />
          </Appear>
        }
      >
        <CanvasPage />
      </Suspense>
    </SignedIn>
  );
}
