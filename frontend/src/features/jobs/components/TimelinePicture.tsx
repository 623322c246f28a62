import { Title, UnstyledButton } from "@mantine/core";
import {
  IconBan,
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconPlayerPlay,
  IconPoint,
  IconRefresh,
} from "@tabler/icons-react";
import { useState } from "react";

import { formatClockWithSeconds, formatDuration } from "../../../lib/format";
import { isFinished, type FullJob } from "../job-types";
import { strings } from "../strings";
import { timelineLanes, type Lane, type LaneLook } from "../timeline-lanes";
import classes from "./TimelinePicture.module.css";

const AT_FIRST = 16;

const ICONS: Record<LaneLook, typeof IconClock> = {
  wait: IconClock,
  running: IconPlayerPlay,
  completed: IconCircleCheck,
  failed: IconCircleX,
  retried: IconRefresh,
  cancelled: IconBan,
  step: IconPoint,
};

/** Waits are hatched, runs have the colour of their end; each has its icon and its words as well. */
export function TimelinePicture({ job, now }: { job: FullJob; now: number }) {
  const [all, setAll] = useState(false);
  const lanes = timelineLanes(job, now);
  if (lanes.length === 0) return null;
  const hidden = all ? 0 : Math.max(0, lanes.length - AT_FIRST);
  const end = isFinished(job.status) && job.completed_at ? job.completed_at : new Date(now).toISOString();
  return (
    <section>
      <Title order={3}>{strings.detail.timeline}</Title>
      <div className={classes.picture}>
        {hidden > 0 && (
          <UnstyledButton className={classes.earlier} onClick={() => setAll(true)}>
            {strings.picture.earlier(hidden)}
          </UnstyledButton>
        )}
        <ol className={classes.lanes} aria-label={strings.picture.label}>
          {lanes.slice(hidden).map((lane) => (
            <LaneRow key={lane.key} lane={lane} />
          ))}
        </ol>
        <p className={classes.axis}>
          <time dateTime={job.created_at}>{formatClockWithSeconds(job.created_at)}</time>
          <span>{formatDuration(Date.parse(end) - Date.parse(job.created_at))}</span>
          <time dateTime={end}>{formatClockWithSeconds(end)}</time>
        </p>
      </div>
    </section>
  );
}

function LaneRow({ lane }: { lane: Lane }) {
  const Glyph = ICONS[lane.look];
  return (
    <li className={classes.lane} data-look={lane.look}>
      <p className={classes.words}>
        <Glyph size={14} stroke={1.75} aria-hidden />
        <b>{lane.name}</b>
        {lane.words && <span title={lane.words}>{lane.words}</span>}
        <span className={classes.length}>{lane.length}</span>
      </p>
      <div className={classes.track} aria-hidden>
        <div
          className={classes.bar}
          style={{ left: `${lane.from * 100}%`, width: `${(lane.to - lane.from) * 100}%` }}
        />
      </div>
    </li>
  );
}
