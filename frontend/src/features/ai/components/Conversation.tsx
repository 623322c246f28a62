import { Skeleton, Text } from "@mantine/core";
import { IconSparkles } from "@tabler/icons-react";
import { useEffect, useRef, type RefObject } from "react";

import { Appear } from "../../../components/ui/Appear";
import type { JobState } from "../../jobs/ai-job-log";
import type { Change } from "../changes";
import { strings } from "../strings";
import type { DrawingMode, DrawingRequest } from "../use-drawing-requests";
import classes from "./AIGenerationModal.module.css";
import { JobCard } from "./JobCard";

const NEAR_END_PX = 48;

interface ConversationProps {
  canvasId: string;
  changes: ReadonlyMap<string, Change>;
  jobs: readonly JobState[];
  isLoading: boolean;
  asked: ReadonlyMap<string, DrawingRequest>;
  canShow: (job: JobState) => boolean;
  onShow: (job: JobState) => void;
  onAgain: (request: DrawingRequest) => void;
  onPrompt: (text: string, mode: DrawingMode, job?: JobState) => void;
}

/** The jobs of a canvas from first to last. A new one is scrolled to. */
export function Conversation({
  canvasId,
  changes,
  jobs,
  isLoading,
  asked,
  canShow,
  onShow,
  onAgain,
  onPrompt,
}: ConversationProps) {
  const list = useStayAtEnd(jobs.length);
  if (jobs.length === 0) return isLoading ? <Loading /> : <Nothing />;
  return (
    <div
      ref={list}
      className={classes.conversation}
      tabIndex={0}
      role="region"
      aria-label={strings.panel.conversation}
    >
      <div className={classes.entries}>
        {jobs.map((job) => (
          <JobCard
            key={job.jobId}
            canvasId={canvasId}
            job={job}
            change={changes.get(job.jobId)}
            asked={asked.get(job.jobId)}
            canShow={canShow(job)}
            onShow={() => onShow(job)}
            onAgain={onAgain}
            onPrompt={onPrompt}
          />
        ))}
      </div>
    </div>
  );
}

/** Keeps the end of the list in view while it grows, unless somebody reads further up; a new entry always comes into view. */
function useStayAtEnd(count: number): RefObject<HTMLDivElement | null> {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = list.current;
    const content = element?.firstElementChild;
    if (!element || !content) return undefined;
    const toEnd = (): void => element.scrollTo({ top: element.scrollHeight });
    let isAtEnd = true;
    const look = (): void => {
      isAtEnd = element.scrollHeight - element.clientHeight - element.scrollTop < NEAR_END_PX;
    };
    const observer = new ResizeObserver(() => {
      if (isAtEnd) toEnd();
    });
    toEnd();
    observer.observe(content);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [count]);
  return list;
}

function Loading() {
  return (
    <div className={classes.conversation}>
      <Appear label={strings.panel.loading}>
        <Skeleton height={112} />
      </Appear>
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
