import { useEffect, useLayoutEffect, useState } from "react";

import { getSocket } from "../../lib/socket";
import { browserDrafts } from "./api/drafts";
import { httpTransport } from "./api/http-transport";
import { socketTransport } from "./api/socket-transport";
import { CanvasSession, type SessionState } from "./core/canvas-session";
import { resilientTransport } from "./core/resilient-transport";
import { Room, type Guest } from "./core/room";
import type { Delta } from "./core/transport";
import type { Editor } from "./editor/editor";

const CLOSED_ROOM: readonly Guest[] = [];
const JOINING: SessionState = { phase: "joining", loaded: false, unsaved: 0, problem: null };

interface OpenCanvas {
  session: SessionState;
  guests: readonly Guest[];
}

/** Keeps the editor and the server the same while both are there. `onDelta` must be stable. */
export function useCanvasSession(
  canvasId: string,
  editor: Editor | null,
  onDelta: (delta: Delta) => void,
): OpenCanvas {
  const [state, setState] = useState<SessionState>(JOINING);
  const [guests, setGuests] = useState<readonly Guest[]>(CLOSED_ROOM);

  // A layout effect: its clean-up, which keeps drafts, must read the scene before the editor is taken down.
  useLayoutEffect(() => {
    if (!editor) return undefined;
    const transport = resilientTransport(socketTransport(canvasId), httpTransport(canvasId));
    const room = new Room(transport);
    const drafts = browserDrafts(canvasId);
    const session = new CanvasSession({ transport, scene: editor, room, drafts, onDelta });
    const keepDrafts = (): void => session.keepDrafts();
    const warn = (event: BeforeUnloadEvent): void => {
      if (session.state.get().unsaved > 0) event.preventDefault();
    };
    const stops = [
      editor.onChange(() => {
        session.sceneChanged();
        room.select(editor.selection());
      }),
      editor.onPointer((pointer) => room.pointAt(pointer)),
      session.state.subscribe(() => setState(session.state.get())),
      room.state.subscribe(() => {
        const all = room.state.get().guests;
        setGuests(all);
        editor.showGuests(all.filter((guest) => guest.id !== getSocket().id));
      }),
      () => room.stop(),
      session.start(),
    ];
    window.addEventListener("pagehide", keepDrafts);
    window.addEventListener("beforeunload", warn);
    return () => {
      window.removeEventListener("pagehide", keepDrafts);
      window.removeEventListener("beforeunload", warn);
      for (const stop of stops.reverse()) stop();
    };
  }, [canvasId, editor, onDelta]);

  useEffect(
    () => () => {
      setState(JOINING);
      setGuests(CLOSED_ROOM);
    },
    [canvasId],
  );
  return { session: state, guests };
}
