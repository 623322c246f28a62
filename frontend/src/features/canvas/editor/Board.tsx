import { useComputedColorScheme } from "@mantine/core";
import { useCallback, useRef, useState, type ClipboardEvent, type DragEvent } from "react";

import { strings } from "../strings";
import classes from "./Board.module.css";
import { Editor } from "./editor";
import {
  Excalidraw,
  MainMenu,
  useHandleLibrary,
  type ExcalidrawImperativeAPI,
  type ExcalidrawProps,
} from "./excalidraw";
import { browserLibrary } from "./library";

const UI_OPTIONS: ExcalidrawProps["UIOptions"] = {
  // A scene from a file would replace what others see; bitmaps and the background have no place on the server yet.
  canvasActions: {
    loadScene: false,
    saveToActiveFile: false,
    toggleTheme: false,
    changeViewBackgroundColor: false,
  },
  tools: { image: false },
};

interface BoardProps {
  name: string;
  isReadOnly: boolean;
  /** The editor takes elements from now on. */
  onReady: (editor: Editor) => void;
}

/** The drawing surface. Everything that changes it from outside goes through the {@link Editor} that it hands out. */
export function Board({ name, isReadOnly, onReady }: BoardProps) {
  const theme = useComputedColorScheme("light");
  const api = useRef<ExcalidrawImperativeAPI | null>(null);
  const editor = useRef<Editor | null>(null);
  const [libraryApi, setLibraryApi] = useState<ExcalidrawImperativeAPI | null>(null);
  useHandleLibrary({ excalidrawAPI: libraryApi, adapter: browserLibrary });

  // The first change is told when the editor has set itself up: elements merged before would be dropped.
  const becomeReady = useCallback(() => {
    if (editor.current || !api.current) return;
    editor.current = new Editor(api.current);
    setLibraryApi(api.current);
    onReady(editor.current);
  }, [onReady]);

  const refuse = (event: ClipboardEvent | DragEvent, data: DataTransfer | null): void => {
    if (!hasImage(data)) return;
    event.preventDefault();
    event.stopPropagation();
    editor.current?.tell(strings.imageRefused);
  };

  return (
    <div
      className={classes.board}
      // The editor has a help of its own for its keys; ours would open above it.
      onKeyDown={(event) => {
        if (event.key === "?") event.stopPropagation();
      }}
      onPointerLeave={() => editor.current?.pointerMoved(null)}
      onDropCapture={(event) => refuse(event, event.dataTransfer)}
      onPasteCapture={(event) => refuse(event, event.clipboardData)}
    >
      <Excalidraw
        excalidrawAPI={(given) => {
          api.current = given;
        }}
        onChange={becomeReady}
        onPointerUpdate={({ pointer }) => editor.current?.pointerMoved(pointer)}
        theme={theme}
        name={name}
        viewModeEnabled={isReadOnly}
        isCollaborating
        autoFocus
        aiEnabled={false}
        UIOptions={UI_OPTIONS}
      >
        <Menu />
      </Excalidraw>
    </div>
  );
}

function Menu() {
  return (
    <MainMenu>
      <MainMenu.DefaultItems.SaveAsImage />
      <MainMenu.DefaultItems.Export />
      <MainMenu.Separator />
      <MainMenu.DefaultItems.SearchMenu />
      <MainMenu.DefaultItems.Help />
      <MainMenu.Separator />
      <MainMenu.DefaultItems.ClearCanvas />
    </MainMenu>
  );
}

function hasImage(data: DataTransfer | null): boolean {
  return [...(data?.files ?? [])].some((file) => file.type.startsWith("image/"));
}
