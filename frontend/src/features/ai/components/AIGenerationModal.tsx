import { CloseButton, Text } from "@mantine/core";
import { useRef, useState, type Ref } from "react";
import { useImperativeHandle } from "react";

import { notifications } from "@mantine/notifications";

import { asProblem } from "../../../lib/api-problem";
import type { JobState } from "../../jobs/ai-job-log";
import { DEFAULT_OPTIONS, type DrawingOptions } from "../options";
import { PLAIN_EXAMPLES, strings } from "../strings";
import { useDrawingRequests, type DrawingMode, type DrawingRequest } from "../use-drawing-requests";
import classes from "./AIGenerationModal.module.css";
import { Conversation } from "./Conversation";
import { PromptBox, type PromptBoxHandle } from "./PromptBox";
import { PromptOptions } from "./PromptOptions";

export interface AIGenerationHandle {
  focus: () => void;
}

interface AIGenerationModalProps {
  canvasId: string;
  /** Jobs of this canvas, whoever started them, the oldest first. */
  jobs: readonly JobState[];
  /** Whether there are earlier jobs is not known yet. */
  isLoading?: boolean;
  /** A job has been started here. */
  onStarted: (jobId: string) => void;
  /** There is something on the canvas that could be changed. */
  hasElements: boolean;
  canShow: (job: JobState) => boolean;
  onShow: (job: JobState) => void;
  onClose: () => void;
  disabled?: boolean;
  ref?: Ref<AIGenerationHandle>;
}

/** The conversation of a canvas with the AI: what was asked for and what came of it, and where one asks for more. */
export function AIGenerationModal(props: AIGenerationModalProps) {
  const {
    canvasId,
    jobs,
    isLoading = false,
    onStarted,
    hasElements,
    canShow,
    onShow,
    onClose,
    disabled = false,
    ref,
  } = props;
  const { submit, asked } = useDrawingRequests(canvasId);
  const [chosenMode, setChosenMode] = useState<DrawingMode | null>(null);
  const [options, setOptions] = useState<DrawingOptions>(DEFAULT_OPTIONS);
  const prompt = useRef<PromptBoxHandle>(null);
  useImperativeHandle(ref, () => ({ focus: () => prompt.current?.focus() }));

  const mode = hasElements ? (chosenMode ?? "modify") : "create";
  const start = async (request: DrawingRequest): Promise<void> => {
    onStarted(await submit(request));
    setChosenMode(null);
  };
  const again = (request: DrawingRequest): void => {
    start(request).catch((error: unknown) =>
      notifications.show({ color: "red", message: asProblem(error).message }),
    );
  };
  const fillPrompt = (text: string, wanted: DrawingMode): void => {
    setChosenMode(wanted);
    prompt.current?.fill(text);
  };

  return (
    <section
      className={classes.panel}
      aria-label={strings.panel.label}
      onKeyDown={(event) => {
        // Not from the options, which lie above the panel and are closed first.
        const isWithin = event.currentTarget.contains(event.target as Node);
        if (event.key === "Escape" && isWithin) onClose();
      }}
    >
      <header className={classes.header}>
        <Text fw={600} component="h2" size="md">
          {strings.panel.title}
        </Text>
        <CloseButton aria-label={strings.panel.close} onClick={onClose} />
      </header>
      <Conversation {...{ jobs, isLoading, asked, canShow, onShow }} onAgain={again} onPrompt={fillPrompt} />
      <footer className={classes.footer}>
        <PromptBox
          ref={prompt}
          onSubmit={(instructions) => start({ mode, instructions, options })}
          placeholder={mode === "modify" ? strings.panel.changePlaceholder : strings.panel.newPlaceholder}
          examples={jobs.length === 0 && !hasElements && !isLoading ? PLAIN_EXAMPLES : []}
          disabled={disabled}
          actions={
            <PromptOptions
              mode={mode}
              onMode={setChosenMode}
              canModify={hasElements}
              options={options}
              onOptions={setOptions}
            />
          }
        />
      </footer>
    </section>
  );
}
