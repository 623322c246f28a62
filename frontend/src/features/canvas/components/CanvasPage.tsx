import { Button } from "@mantine/core";
import { IconTrashX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, useParams } from "react-router";

import { EmptyState } from "../../../components/ui/EmptyState";
import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { asProblem } from "../../../lib/api-problem";
import { usePageTitle } from "../../../lib/use-page-title";
import { canvasQuery } from "../api/canvas-queries";
import { strings } from "../strings";
import classes from "./CanvasPage.module.css";
import { CanvasWorkspace } from "./CanvasWorkspace";

/** `/canvas/:id`: one canvas, edge to edge. */
export default function CanvasPage({ notices }: { notices: ReactNode }) {
  const { id = "" } = useParams();
  const { data: canvas, error, refetch } = useQuery(canvasQuery(id));
  usePageTitle(canvas?.name ?? null);
  if (error && !canvas) {
    const isMissing = [403, 404, 422].includes(asProblem(error).status);
    return (
      <main id="content" className={classes.trouble}>
        {isMissing ? <Missing /> : <ErrorNotice error={error} onRetry={() => void refetch()} />}
      </main>
    );
  }
  // The name may come later than the board: nobody has to wait for it.
  return <CanvasWorkspace key={id} canvasId={id} name={canvas?.name ?? null} notices={notices} />;
}

function Missing() {
  return (
    <EmptyState
      icon={IconTrashX}
      title={strings.missing.title}
      description={strings.missing.text}
      action={
        <Button component={Link} to="/" variant="default" mt="sm">
          {strings.missing.action}
        </Button>
      }
    />
  );
}
