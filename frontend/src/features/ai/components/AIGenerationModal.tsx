import { CloseButton, Pill, Text } from "@mantine/core";
import { useRef, useState, type Ref } from "react";
import { useImperativeHandle } from "react";

import { notifications } from "@mantine/notifications";

import { asProblem } from "../../../lib/api-problem";
import type { JobState } from "../../jobs/ai-job-log";
import type { Change } from "../changes";
import { shortInstruction } from "../job-words";
import { DEFAULT_OPTIONS, type DrawingOptions } from "../options";
import { PLAIN_EXAMPLES, strings } from "../strings";
import { useDrawingRequests, type DrawingMode, type DrawingRequest } from "../use-drawing-requests";
import { useFileDrop } from "../use-file-drop";
import classes from "./AIGenerationModal.module.css";
import { Conversation } from "./Conversation";
import { PromptBox, type PromptBoxHandle } from "./PromptBox";
import { PromptOptions } from "./PromptOptions";

export interface AIGenerationHandle {
  focus: () => void;
  /** Asks for another version of what a job has drawn. */
  vary: (job: JobState, request: DrawingRequest) => void;
}

const NOTHING: readonly string[] = [];
const NO_CHANGES: ReadonlyMap<string, Change> = new Map();

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
  /** Ids of what is selected on the board, at this moment. */
  selection?: readonly string[];
  /** What jobs did to the canvas, by job. */
  changes?: ReadonlyMap<string, Change>;
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
    selection = NOTHING,
    changes = NO_CHANGES,
    ref,
  } = props;
  const { submit, asked } = useDrawingRequests(canvasId);
  const [chosenMode, setChosenMode] = useState<DrawingMode | null>(null);
  const [options, setOptions] = useState<DrawingOptions>(DEFAULT_OPTIONS);
  const prompt = useRef<PromptBoxHandle>(null);
  const [followed, setFollowed] = useState<JobState | null>(null);

  const mode = hasElements ? (chosenMode ?? "modify") : "create";
  const start = async (request: DrawingRequest): Promise<void> => {
    onStarted(await submit(request));
    setChosenMode(null);
    setFollowed(null);
  };
  const again = (request: DrawingRequest): void => {
    start(request).catch((error: unknown) =>
      notifications.show({ color: "red", message: asProblem(error).message }),
    );
  };
  useImperativeHandle(ref, () => ({
    focus: () => prompt.current?.focus(),
    vary: (job, request) => again({ ...request, mode: "create", variantOf: job.jobId }),
  }));
  const { isDropping, dropProps } = useFileDrop((instructions) =>
    again({ mode: "create", instructions, options }),
  );
  const fillPrompt = (text: string, wanted: DrawingMode, job?: JobState): void => {
    setChosenMode(wanted);
    setFollowed(job ?? null);
    prompt.current?.fill(text);
  };

  return (
    <section
      {...dropProps}
      data-dropping={isDropping || undefined}
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
      <Conversation
        {...{ canvasId, jobs, isLoading, asked, changes, canShow, onShow }}
        onAgain={again}
        onPrompt={fillPrompt}
      />
      <footer className={classes.footer}>
        {followed && mode === "modify" && (
          <Pill size="sm" mb={6} withRemoveButton onRemove={() => setFollowed(null)}>
            {strings.panel.followsUp(shortInstruction(asked.get(followed.jobId)?.instructions ?? null))}
          </Pill>
        )}
        <PromptBox
          ref={prompt}
          draft={`canvas:${canvasId}`}
          canImprove
          costOf={mode === "modify" ? { canvasId } : "create"}
          onSubmit={(instructions) =>
            start({
              mode,
              instructions,
              options,
              ...(mode === "modify" && { selection }),
              ...(mode === "modify" && followed && { followUpOf: followed.jobId }),
            })
          }
          placeholder={mode === "modify" ? strings.panel.changePlaceholder : strings.panel.newPlaceholder}
          examples={jobs.length === 0 && !hasElements && !isLoading ? PLAIN_EXAMPLES : []}
          disabled={disabled}
          actions={
            <PromptOptions
              mode={mode}
              onMode={setChosenMode}
              canModify={hasElements}
              selected={selection.length}
              options={options}
              onOptions={setOptions}
            />
          }
        />
      </footer>
    </section>
  );
}
