import { Text } from "@mantine/core";
import { IconSparkles } from "@tabler/icons-react";
import { useEffect, useRef } from "react";

import type { JobState } from "../../jobs/ai-job-log";
import { strings } from "../strings";
import type { DrawingMode, DrawingRequest } from "../use-drawing-requests";
import classes from "./AIGenerationModal.module.css";
import { JobCard } from "./JobCard";

interface ConversationProps {
  jobs: readonly JobState[];
  asked: ReadonlyMap<string, DrawingRequest>;
  canShow: (job: JobState) => boolean;
  onShow: (job: JobState) => void;
  onAgain: (request: DrawingRequest) => void;
  onPrompt: (text: string, mode: DrawingMode) => void;
}

/** The jobs of a canvas from first to last. A new one is scrolled to. */
export function Conversation({ jobs, asked, canShow, onShow, onAgain, onPrompt }: ConversationProps) {
  const list = useRef<HTMLDivElement>(null);
  const count = jobs.length;
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [count]);
  if (count === 0) return <Nothing />;
  return (
    <div
      ref={list}
      className={classes.conversation}
      tabIndex={0}
      role="feed"
      aria-label={strings.panel.conversation}
    >
      {jobs.map((job) => (
        <JobCard
          key={job.jobId}
          job={job}
          asked={asked.get(job.jobId)}
          canShow={canShow(job)}
          onShow={() => onShow(job)}
          onAgain={onAgain}
          onPrompt={onPrompt}
        />
      ))}
    </div>
  );
}

function Nothing() {
  return (
    <div className={classes.nothing}>
      <IconSparkles size={28} stroke={1.5} aria-hidden />
      <Text fw={600} size="sm">
        {strings.panel.emptyTitle}
      </Text>
      <Text size="sm" c="dimmed">
        {strings.panel.emptyText}
      </Text>
    </div>
  );
}
