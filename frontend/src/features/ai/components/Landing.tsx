import { useEffect, useState } from "react";

import { useSession } from "../../accounts/session";
import { isFinished, type JobState } from "../../jobs/ai-job-log";
import { jobQuery } from "../../jobs/job-queries";
import { useQuery } from "@tanstack/react-query";
import type { FullJob } from "../../jobs/job-types";
import { requestOf } from "../request-of";
import { shortInstruction } from "../job-words";
import { strings } from "../strings";
import classes from "./Landing.module.css";

const MARGIN = 20;
const LOOK_EVERY_MS = 100;

/** What is needed of the board to say where something is on it. */
export interface Ground {
  drawnBy: (jobId: string, changed: readonly string[]) => ReadonlySet<string>;
  boxOf: (ids: ReadonlySet<string>) => { left: number; top: number; right: number; bottom: number } | null;
  toScreen: (point: { x: number; y: number }) => { x: number; y: number };
  onChange: (listener: () => void) => () => void;
  onScroll: (listener: () => void) => () => void;
}

/** A dashed block around what is being drawn, labelled with whose it is; for one's own jobs and those of others. */
export function Landing({ ground, jobs }: { ground: Ground | null; jobs: readonly JobState[] }) {
  const running = jobs.filter((job) => job.status === "processing" && !isFinished(job));
  if (!ground) return null;
  return running.map((job) => <Block key={job.jobId} ground={ground} job={job} />);
}

function Block({ ground, job }: { ground: Ground; job: JobState }) {
  const detail = useQuery(jobQuery(job.jobId)).data;
  const { user } = useSession();
  const place = usePlace(ground, job);
  if (!place) return null;
  return (
    <div className={classes.block} style={place} aria-hidden>
      <span>{landingWords(detail, user?.id)}</span>
    </div>
  );
}

function landingWords(job: FullJob | undefined, me: string | undefined): string {
  const what = shortInstruction((job && requestOf(job)?.instructions) ?? null);
  if (!job || job.user_id === me) return strings.landing.yours(what);
  return job.user_name ? strings.landing.of(what, job.user_name) : strings.landing.somebodys(what);
}

function usePlace(ground: Ground, job: JobState) {
  const [place, setPlace] = useState<{ left: number; top: number; width: number; height: number } | null>(
    null,
  );
  const { jobId, elementIds } = job;
  useEffect(() => {
    let last = 0;
    const look = (): void => {
      if (performance.now() - last < LOOK_EVERY_MS) return;
      last = performance.now();
      const box = ground.boxOf(ground.drawnBy(jobId, elementIds));
      if (!box) {
        setPlace(null);
        return;
      }
      const start = ground.toScreen({ x: box.left - MARGIN, y: box.top - MARGIN });
      const end = ground.toScreen({ x: box.right + MARGIN, y: box.bottom + MARGIN });
      setPlace({ left: start.x, top: start.y, width: end.x - start.x, height: end.y - start.y });
    };
    look();
    const stops = [ground.onChange(look), ground.onScroll(look)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [ground, jobId, elementIds]);
  return place;
}
