import { Button, CloseButton, Skeleton, Text } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { Appear } from "../../../components/ui/Appear";
import { EmptyState } from "../../../components/ui/EmptyState";
import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { useNow } from "../../../lib/use-now";
import { useLiveVersions, versionsQuery, type Version } from "../api/version-queries";
import type { Editor } from "../editor/editor";
import { strings } from "../strings";
import { useRestore } from "../use-restore";
import { KeepVersion } from "./KeepVersion";
import { VersionRow } from "./VersionRow";
import { VersionView } from "./VersionView";
import classes from "./VersionsPanel.module.css";
import side from "./SidePanel.module.css";

const words = strings.versions;
const CLOCK_MS = 30_000;
const PANEL_PX = 320;

interface VersionsPanelProps {
  canvasId: string;
  editor: Editor | null;
  onClose: () => void;
}

/** What the canvas was like: kept by hand and by itself, to be looked at and brought back. */
export function VersionsPanel({ canvasId, editor, onClose }: VersionsPanelProps) {
  const [viewed, setViewed] = useState<Version | null>(null);
  const list = useInfiniteQuery(versionsQuery(canvasId));
  const restore = useRestore(canvasId);
  const now = useNow(CLOCK_MS);
  useLiveVersions(canvasId);
  useEffect(() => editor?.coverLeft(PANEL_PX), [editor]);
  const versions = list.data?.pages.flatMap((page) => page.items);
  const leave = (): void => (viewed ? setViewed(null) : onClose());

  return (
    <div
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) leave();
      }}
    >
      <nav
        className={side.panel}
        data-kind="versions"
        aria-label={words.title}
        data-viewing={viewed !== null || undefined}
      >
        <header className={side.header}>
          <Text component="h2" fw={600} size="md" m={0}>
            {words.title}
          </Text>
          <CloseButton aria-label={words.close} onClick={onClose} ml="auto" autoFocus />
        </header>
        <KeepVersion canvasId={canvasId} />
        <div className={classes.scroll}>
          {list.isError && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
          {list.isPending && <Waiting />}
          {versions?.length === 0 && (
            <EmptyState icon={IconHistory} title={words.empty} description={words.emptyText} />
          )}
          <ul className={classes.list}>
            {versions?.map((version) => (
              <VersionRow
                key={version.id}
                canvasId={canvasId}
                version={version}
                now={now}
                isViewed={viewed?.id === version.id}
                onView={() => setViewed(version)}
                onGone={() => setViewed((shown) => (shown?.id === version.id ? null : shown))}
              />
            ))}
          </ul>
          {list.hasNextPage && (
            <Button
              variant="subtle"
              size="compact-sm"
              loading={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              {words.more}
            </Button>
          )}
        </div>
      </nav>
      {viewed && (
        <VersionView
          key={viewed.id}
          canvasId={canvasId}
          version={viewed}
          onBack={() => setViewed(null)}
          onRestore={() => {
            setViewed(null);
            restore(viewed);
          }}
        />
      )}
    </div>
  );
}

function Waiting() {
  return (
    <Appear label={words.title}>
      {[1, 2, 3].map((row) => (
        <Skeleton key={row} height={60} mb="sm" mx="xs" width="auto" />
      ))}
    </Appear>
  );
}
