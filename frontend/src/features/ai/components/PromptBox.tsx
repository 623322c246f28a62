import { ActionIcon, Textarea } from "@mantine/core";
import { IconArrowUp } from "@tabler/icons-react";
import {
  useId,
  useImperativeHandle,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
} from "react";

import { Hint } from "../../../components/ui/Hint";
import { asProblem } from "../../../lib/api-problem";
import { useDraft } from "../../../lib/use-draft";
import { strings } from "../strings";
import { useCostEstimate } from "../use-cost-estimate";
import { usePromptHistory } from "../use-prompt-history";
import { ImproveButton, Improvement, useImprovement } from "./Improve";
import classes from "./PromptBox.module.css";

const MAX_CHARACTERS = 100_000; // the server takes as many
const MAX_ROWS = 8;

export interface PromptBoxHandle {
  /** Puts a text in the box, to be changed or sent. */
  fill: (text: string) => void;
  focus: () => void;
}

interface PromptBoxProps {
  /** Rejecting keeps the text and shows why. */
  onSubmit: (instructions: string) => Promise<void>;
  autoFocus?: boolean;
  /** Shown below the box, to be clicked: they are put in the box and sent. */
  examples?: readonly string[];
  placeholder?: string;
  disabled?: boolean;
  /** Controls at the lower left of the box. */
  actions?: ReactNode;
  minRows?: number;
  /** Offer to improve what is written. */
  canImprove?: boolean;
  /** Say what sending it would cost: as a new drawing, or as a change of this canvas. */
  costOf?: "create" | { canvasId: string } | null;
  /** Under this name what is typed is kept over a reload of the page. */
  draft?: string | null;
  ref?: Ref<PromptBoxHandle>;
}

/** Where one says what to draw. Enter sends, Shift + Enter begins a new line. */
export function PromptBox({
  onSubmit,
  autoFocus = false,
  examples = [],
  placeholder = strings.prompt.placeholder,
  disabled = false,
  actions,
  minRows = 2,
  canImprove = false,
  costOf = null,
  draft = null,
  ref,
}: PromptBoxProps) {
  const [text, setText] = useDraft(draft);
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const sending = useRef(false); // state comes a moment too late for a double click
  const input = useRef<HTMLTextAreaElement>(null);
  const errorId = useId();
  const history = usePromptHistory();
  const improvement = useImprovement();
  const cost = useCostEstimate(text, costOf && costOf !== "create" ? costOf.canvasId : null, costOf !== null);

  useImperativeHandle(ref, () => ({
    fill: (next) => {
      setText(next);
      setError(null);
      input.current?.focus();
    },
    focus: () => input.current?.focus(),
  }));

  const send = async (instructions: string): Promise<void> => {
    if (sending.current || disabled) return;
    const refusal = refusalOf(instructions);
    setError(refusal);
    if (refusal) return;
    sending.current = true;
    setSending(true);
    try {
      await onSubmit(instructions.trim());
      history.add(instructions.trim());
      improvement.drop();
      setText("");
    } catch (failure) {
      setError(failure instanceof Error ? asProblem(failure).message : String(failure));
    } finally {
      sending.current = false;
      setSending(false);
      input.current?.focus({ preventScroll: true });
    }
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const earlier = recalled(event, history);
    if (earlier !== null) {
      event.preventDefault();
      setText(earlier);
      return;
    }
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send(text);
  };

  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        void send(text);
      }}
    >
      <div className={classes.box} data-disabled={disabled || undefined}>
        <Textarea
          ref={input}
          variant="unstyled"
          autosize
          minRows={minRows}
          maxRows={MAX_ROWS}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          placeholder={placeholder}
          aria-label={strings.prompt.label}
          error={error !== null}
          aria-describedby={error ? errorId : undefined}
          autoFocus={autoFocus}
          disabled={disabled}
          classNames={{ input: classes.input }}
        />
        <div className={classes.bar}>
          <div className={classes.actions}>
            {actions}
            {canImprove && (
              <ImproveButton
                isWaiting={improvement.suggestion?.isWaiting ?? false}
                disabled={disabled || text.trim() === ""}
                onClick={() => void improvement.ask(text)}
              />
            )}
          </div>
          <Hint label={strings.prompt.keys}>
            <ActionIcon
              type="submit"
              size={36}
              radius="xl"
              loading={isSending}
              disabled={disabled || text.trim() === ""}
              aria-label={strings.prompt.submit}
            >
              <IconArrowUp size={20} stroke={2} aria-hidden />
            </ActionIcon>
          </Hint>
        </div>
      </div>
      {cost && <p className={classes.cost}>{cost}</p>}
      {error && (
        <p id={errorId} role="alert" className={classes.error}>
          {error}
        </p>
      )}
      {improvement.suggestion && (
        <Improvement
          suggestion={improvement.suggestion}
          onEdit={improvement.edit}
          onUse={(better) => {
            setText(better);
            improvement.drop();
            input.current?.focus();
          }}
          onDrop={improvement.drop}
        />
      )}
      {examples.length > 0 && (
        <Examples examples={examples} disabled={disabled || isSending} onChoose={choose} />
      )}
    </form>
  );

  function choose(example: string): void {
    setText(example);
    void send(example);
  }
}

interface ExamplesProps {
  examples: readonly string[];
  disabled: boolean;
  onChoose: (example: string) => void;
}

function Examples({ examples, disabled, onChoose }: ExamplesProps) {
  return (
    <ul className={classes.examples} aria-label={strings.prompt.examples}>
      {examples.map((example) => (
        <li key={example}>
          <button type="button" disabled={disabled} title={example} onClick={() => onChoose(example)}>
            {example}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Arrow up in front of everything, and arrow down behind it, go through what was asked for before. */
function recalled(
  { key, currentTarget: box, shiftKey }: KeyboardEvent<HTMLTextAreaElement>,
  history: ReturnType<typeof usePromptHistory>,
): string | null {
  if (shiftKey || box.selectionStart !== box.selectionEnd) return null;
  const isFirstLine = !box.value.slice(0, box.selectionStart).includes("\n");
  const isLastLine = !box.value.slice(box.selectionStart).includes("\n");
  if (key === "ArrowUp" && isFirstLine) return history.older(box.value);
  return key === "ArrowDown" && isLastLine ? history.newer() : null;
}

function refusalOf(text: string): string | null {
  if (text.trim() === "") return strings.prompt.empty;
  if (text.length > MAX_CHARACTERS) return strings.prompt.tooLong(MAX_CHARACTERS.toLocaleString());
  return null;
}
