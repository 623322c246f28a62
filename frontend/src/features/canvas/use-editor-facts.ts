import { useCallback, useEffect, useMemo, useState } from "react";

import type { OutlineEntry } from "./core/outline";
import { throttle } from "./core/throttle";
import type { Delta } from "./core/transport";
import { ViewFollower } from "./core/view-follower";
import type { Editor } from "./editor/editor";

const OUTLINE_EVERY_MS = 400;
const FACTS_EVERY_MS = 100;

/** Whether there is nothing on the canvas. */
export function useIsEmpty(editor: Editor | null): boolean {
  const [isEmpty, setEmpty] = useState(true);
  useEffect(() => {
    if (!editor) return undefined;
    const look = throttle(FACTS_EVERY_MS, () => setEmpty(editor.isEmpty()));
    const stop = editor.onChange(look);
    look();
    return () => {
      stop();
      look.cancel();
    };
  }, [editor]);
  return isEmpty;
}

/** Ids of what is selected. */
export function useSelection(editor: Editor | null): readonly string[] {
  const [selection, setSelection] = useState<readonly string[]>([]);
  useEffect(() => {
    if (!editor) return undefined;
    const look = throttle(FACTS_EVERY_MS, () => {
      const next = editor.selection();
      setSelection((before) => (before.join() === next.join() ? before : next));
    });
    const stop = editor.onChange(look);
    look();
    return () => {
      stop();
      look.cancel();
    };
  }, [editor]);
  return selection;
}

/** The elements as a list. */
export function useOutline(editor: Editor | null): readonly OutlineEntry[] {
  const [entries, setEntries] = useState<readonly OutlineEntry[]>([]);
  useEffect(() => {
    if (!editor) return undefined;
    const look = throttle(OUTLINE_EVERY_MS, () => {
      const next = editor.outline();
      setEntries((before) => (JSON.stringify(before) === JSON.stringify(next) ? before : next));
    });
    const stop = editor.onChange(look);
    look();
    return () => {
      stop();
      look.cancel();
    };
  }, [editor]);
  return entries;
}

export interface FollowedView {
  /** To be told of every delta. */
  onDelta: (delta: Delta) => void;
  /** Ids that a job has drawn where they cannot be seen; null if everything is in view. */
  away: ReadonlySet<string> | null;
}

/** Brings what AI jobs draw into view where that disturbs nobody, and knows when it could not. */
export function useFollowedView(editor: Editor | null): FollowedView {
  const follower = useMemo(() => (editor ? new ViewFollower(editor) : null), [editor]);
  const [latestJob, setLatestJob] = useState<string | null>(null);
  const [away, setAway] = useState<ReadonlySet<string> | null>(null);

  useEffect(() => {
    if (!editor || !follower) return undefined;
    const look = throttle(FACTS_EVERY_MS, () =>
      setAway(latestJob ? outOfView(editor, follower.drawnBy(latestJob)) : null),
    );
    const stops = [
      editor.onPointer((pointer) => (pointer ? follower.pointerMoved() : follower.pointerLeft())),
      editor.onViewMoved(() => follower.viewMoved()),
      editor.onScroll(look),
      editor.onChange(look),
    ];
    look();
    return () => {
      for (const stop of stops) stop();
      look.cancel();
    };
  }, [editor, follower, latestJob]);
  useEffect(() => () => follower?.stop(), [follower]);

  const onDelta = useCallback(
    (delta: Delta) => {
      if (!delta.jobId) return;
      follower?.drew(delta.jobId, delta.elements);
      setLatestJob(delta.jobId);
    },
    [follower],
  );
  return { onDelta, away };
}

function outOfView(editor: Editor, ids: ReadonlySet<string>): ReadonlySet<string> | null {
  const box = editor.boxOf(ids);
  if (!box) return null;
  const view = editor.visible();
  const isOutside =
    box.right < view.left || box.left > view.right || box.bottom < view.top || box.top > view.bottom;
  return isOutside ? ids : null;
}
