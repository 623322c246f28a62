import { ActionIcon, Button, Group, Textarea } from "@mantine/core";
import { IconWand } from "@tabler/icons-react";
import { useState } from "react";

import { Hint } from "../../../components/ui/Hint";
import { asProblem } from "../../../lib/api-problem";
import { aiAgentService } from "../../jobs/ai-agent-service";
import { strings } from "../strings";
import classes from "./PromptBox.module.css";

const words = strings.improve;

export interface Suggestion {
  text: string | null;
  isWaiting: boolean;
  problem: string | null;
}

/** Asks for a better prompt, which stands beside the original until one takes it. */
export function useImprovement() {
  const [suggestion, setSuggestion] = useState<Suggestion | null>(null);
  const ask = async (text: string): Promise<void> => {
    setSuggestion({ text: null, isWaiting: true, problem: null });
    try {
      const better = await aiAgentService.enhance(text);
      setSuggestion({ text: better, isWaiting: false, problem: better === null ? words.late : null });
    } catch (error) {
      setSuggestion({ text: null, isWaiting: false, problem: asProblem(error).message });
    }
  };
  const edit = (text: string): void => setSuggestion({ text, isWaiting: false, problem: null });
  return { suggestion, ask, edit, drop: () => setSuggestion(null) };
}

export function ImproveButton({
  isWaiting,
  disabled,
  onClick,
}: {
  isWaiting: boolean;
  disabled: boolean;
  onClick: () => void;
}) {
  return (
    <Hint label={words.label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={28}
        radius="xl"
        aria-label={words.label}
        bg="transparent"
        loading={isWaiting}
        disabled={disabled}
        onClick={onClick}
      >
        <IconWand size={18} stroke={1.75} aria-hidden />
      </ActionIcon>
    </Hint>
  );
}

interface ImprovementProps {
  suggestion: Suggestion;
  onEdit: (text: string) => void;
  onUse: (text: string) => void;
  onDrop: () => void;
}

export function Improvement({ suggestion, onEdit, onUse, onDrop }: ImprovementProps) {
  if (suggestion.isWaiting) return null;
  const text = suggestion.text;
  return (
    <div className={classes.suggestion} role="region" aria-label={words.title}>
      {text === null ? (
        <p role="alert">{suggestion.problem}</p>
      ) : (
        <Textarea
          label={words.title}
          size="xs"
          autosize
          minRows={2}
          maxRows={8}
          value={text}
          onChange={(event) => onEdit(event.currentTarget.value)}
        />
      )}
      <Group gap={6} mt={6}>
        {text !== null && (
          <Button size="compact-xs" onClick={() => onUse(text)}>
            {words.use}
          </Button>
        )}
        <Button size="compact-xs" variant="default" onClick={onDrop}>
          {words.drop}
        </Button>
      </Group>
    </div>
  );
}
