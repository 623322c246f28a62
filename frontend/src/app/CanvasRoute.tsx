import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";

import { Appear } from "../components/ui/Appear";
import { NoticeBell } from "../features/notices/components/NoticeBell";
import { loadCanvasPage } from "./canvas-page";
import { SignedIn } from "./SignedIn";
import { strings } from "./strings";

const CanvasPage = lazy(loadCanvasPage);

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
        <CanvasPage notices={<NoticeBell />} />
      </Suspense>
    </SignedIn>
  );
}
