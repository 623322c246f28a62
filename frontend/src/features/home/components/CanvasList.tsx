import { Button, Skeleton } from "@mantine/core";
import { IconSearchOff, IconStack2, IconTrash } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";

import { Appear } from "../../../components/ui/Appear";
import { EmptyState } from "../../../components/ui/EmptyState";
import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { useNow } from "../../../lib/use-now";
import { canvasesQuery, type CanvasFilter } from "../canvases-api";
import { strings } from "../strings";
import { CanvasCard } from "./CanvasCard";
import classes from "./CanvasList.module.css";

const AGES_RENEWED_MS = 30_000;

interface CanvasListProps {
  filter: CanvasFilter;
  onClearSearch: () => void;
}

export function CanvasList({ filter, onClearSearch }: CanvasListProps) {
  const canvases = useInfiniteQuery({ ...canvasesQuery(filter), placeholderData: keepPreviousData });
  const now = useNow(AGES_RENEWED_MS);
  if (canvases.error && !canvases.data) {
    return <ErrorNotice error={canvases.error} onRetry={() => void canvases.refetch()} />;
  }
  if (!canvases.data) return <Loading />;
  const items = canvases.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Nothing filter={filter} onClearSearch={onClearSearch} />;
  return (
    <>
      <ul className={classes.grid}>
        {items.map((canvas) => (
          <CanvasCard key={canvas.id} canvas={canvas} now={now} />
        ))}
      </ul>
      {canvases.hasNextPage && (
        <Button
          variant="default"
          className={classes.more}
          loading={canvases.isFetchingNextPage}
          onClick={() => void canvases.fetchNextPage()}
        >
          {strings.more}
        </Button>
      )}
    </>
  );
}

function Loading() {
  return (
    <Appear label={strings.loading}>
      <div className={classes.grid}>
        {[0, 1, 2].map((card) => (
          <Skeleton key={card} height={230} radius="lg" />
        ))}
      </div>
    </Appear>
  );
}

function Nothing({ filter, onClearSearch }: CanvasListProps) {
  if (filter.q) {
    return (
      <EmptyState
        icon={IconSearchOff}
        title={strings.nothingFound.title}
        description={strings.nothingFound.text}
        action={
          <Button variant="default" onClick={onClearSearch}>
            {strings.nothingFound.action}
          </Button>
        }
      />
    );
  }
  const words = filter.trash ? strings.trashEmpty : strings.empty;
  return (
    <EmptyState icon={filter.trash ? IconTrash : IconStack2} title={words.title} description={words.text} />
  );
}
