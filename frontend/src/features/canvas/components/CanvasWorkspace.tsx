import { Button } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconTrashX } from "@tabler/icons-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { flushSync } from "react-dom";
import { Link } from "react-router";

import { EmptyState } from "../../../components/ui/EmptyState";
import { useChangeBar } from "../../ai/use-change-bar";
import { useJobRequest } from "../../ai/use-job-request";
import { ChangeBar } from "../../ai/components/ChangeBar";
import { Landing } from "../../ai/components/Landing";
import { AIGenerationModal, type AIGenerationHandle } from "../../ai/components/AIGenerationModal";
import type { JobState } from "../../jobs/ai-job-log";
import { useCanvasJobUpdates } from "../../jobs/use-ai-job-updates";
import { Board } from "../editor/Board";
import type { Editor } from "../editor/editor";
import { strings } from "../strings";
import { useCanvasSession } from "../use-canvas-session";
import { useFollowedView, useIsEmpty, useSelection } from "../use-editor-facts";
import { useFirstLook, useSheetKeepsView } from "../use-first-look";
import { usePanelIsSheet, usePanelState } from "../use-panel-state";
import classes from "./CanvasPage.module.css";
import { CanvasTopBar } from "./CanvasTopBar";
import { JobAnnouncer } from "./JobAnnouncer";
import { OutlinePanel } from "./OutlinePanel";
import { VersionsPanel } from "./VersionsPanel";

interface CanvasWorkspaceProps {
  canvasId: string;
  /** null until it is known. */
  name: string | null;
  /** The bell. */
  notices: ReactNode;
}

/** The board with what belongs to it: who is here, what the AI does, and the way back. */
export function CanvasWorkspace({ canvasId, name, notices }: CanvasWorkspaceProps) {
  const [editor, setEditor] = useState<Editor | null>(null);
  const [leftPanel, setLeftPanel] = useState<"outline" | "versions" | null>(null);
  const [isPanelOpen, setPanelOpen] = usePanelState();
  const { onDelta, away } = useFollowedView(editor);
  const { session, guests } = useCanvasSession(canvasId, editor, onDelta);
  const { jobs, isLoaded, track } = useCanvasJobUpdates(canvasId);
  const isEmpty = useIsEmpty(editor);
  const selection = useSelection(editor);
  const { shown, changes, close: closeBar } = useChangeBar(canvasId, jobs);
  const shownRequest = useJobRequest(shown?.job.jobId ?? null);
  const isSheet = usePanelIsSheet();
  const panel = useRef<AIGenerationHandle>(null);
  useFirstLook(editor, session.loaded);
  useSheetKeepsView(editor, isPanelOpen);
  useRefusalNotice(session.phase === "closed" ? null : session.problem);

  const showPanel = (isOpen: boolean): void => {
    flushSync(() => setPanelOpen(isOpen));
    // A phone would cover the board with its keyboard.
    if (isOpen && !isSheet) panel.current?.focus();
    if (!isOpen) editor?.takeFocus();
  };
  const togglePanel = (): void => showPanel(!isPanelOpen);
  const toggleLeft = (panel: "outline" | "versions"): void =>
    setLeftPanel((open) => (open === panel ? null : panel));
  const closeLeft = (): void => {
    setLeftPanel(null);
    editor?.takeFocus();
  };
  useHotkeys([["mod+J", togglePanel]], []);
  const isClosed = session.phase === "closed";
  const drawnBy = (job: JobState): ReadonlySet<string> =>
    editor?.drawnBy(job.jobId, job.elementIds) ?? new Set();

  return (
    <div className={classes.page} data-panel={isPanelOpen || undefined}>
      <CanvasTopBar
        {...{ canvasId, name, notices, session, guests, isPanelOpen }}
        onPanel={togglePanel}
        isOutlineOpen={leftPanel === "outline"}
        onOutline={() => toggleLeft("outline")}
        isVersionsOpen={leftPanel === "versions"}
        onVersions={() => toggleLeft("versions")}
      />
      <div className={classes.body}>
        <main id="content" className={classes.board} aria-label={strings.board}>
          <Board name={name ?? strings.untitled} isReadOnly={isClosed} onReady={setEditor} />
          {leftPanel === "outline" && <OutlinePanel editor={editor} onClose={closeLeft} />}
          {leftPanel === "versions" && !isClosed && (
            <VersionsPanel {...{ canvasId, editor }} onClose={closeLeft} />
          )}
          <Landing ground={editor} jobs={jobs} />
          {shown && !isClosed && leftPanel !== "versions" && (
            <ChangeBar
              canvasId={canvasId}
              change={shown.change}
              onVariant={
                shown.job.jobType === "create_canvas" && shownRequest && isPanelOpen
                  ? () => {
                      closeBar();
                      panel.current?.vary(shown.job, shownRequest);
                    }
                  : null
              }
              onClose={closeBar}
            />
          )}
          {away && !shown && <Away onShow={() => editor?.show(away)} />}
          {isClosed && <Closed reason={session.problem} />}
        </main>
        {isPanelOpen && (
          <aside className={classes.panel}>
            <AIGenerationModal
              ref={panel}
              canvasId={canvasId}
              jobs={jobs}
              isLoading={!isLoaded}
              onStarted={track}
              hasElements={!isEmpty}
              canShow={(job) => drawnBy(job).size > 0}
              onShow={(job) => editor?.show(drawnBy(job))}
              onClose={() => showPanel(false)}
              disabled={isClosed}
              selection={selection}
              changes={changes}
            />
          </aside>
        )}
      </div>
      <JobAnnouncer jobs={jobs} />
    </div>
  );
}

function Away({ onShow }: { onShow: () => void }) {
  return (
    <div className={classes.away} role="status">
      {strings.away.text}
      <Button size="compact-sm" radius="xl" onClick={onShow}>
        {strings.away.show}
      </Button>
    </div>
  );
}

function Closed({ reason }: { reason: string | null }) {
  return (
    <div className={classes.closed} role="alert">
      <EmptyState
        icon={IconTrashX}
        title={strings.missing.title}
        description={reason ?? strings.missing.text}
        action={
          <Button component={Link} to="/" variant="default" mt="sm">
            {strings.missing.action}
          </Button>
        }
      />
    </div>
  );
}

function useRefusalNotice(problem: string | null): void {
  useEffect(() => {
    if (problem) notifications.show({ color: "red", title: strings.refused, message: problem });
  }, [problem]);
}
