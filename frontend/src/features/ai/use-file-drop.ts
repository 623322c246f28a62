import { notifications } from "@mantine/notifications";
import { useState, type DragEvent } from "react";

import { instructionsOf } from "./read-file";

/** Files dropped on a part of the page become instructions, one after the other; what cannot be read is said. */
export function useFileDrop(onInstructions: (instructions: string) => void) {
  const [isDropping, setDropping] = useState(false);
  const read = async (files: readonly File[]): Promise<void> => {
    for (const file of files) {
      try {
        onInstructions(await instructionsOf(file));
      } catch (error) {
        notifications.show({ color: "red", message: error instanceof Error ? error.message : String(error) });
      }
    }
  };
  const dropProps = {
    onDragOver: (event: DragEvent): void => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      setDropping(true);
    },
    onDragLeave: (event: DragEvent): void => {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropping(false);
    },
    onDrop: (event: DragEvent): void => {
      if (event.dataTransfer.files.length === 0) return;
      event.preventDefault();
      setDropping(false);
      void read([...event.dataTransfer.files]);
    },
  };
  return { isDropping, dropProps };
}
