import { Link } from "react-router";

import { StatusBadge } from "../../../components/ui/StatusBadge";
import { formatDateTime, formatRelative } from "../../../lib/format";
import { addressOf, statusOf } from "../notice-words";
import type { Notice } from "../notice-types";
import { strings } from "../strings";
import classes from "./NoticeBell.module.css";

/** What happened, to what, and when. The whole row leads there. */
export function NoticeRow({ notice, now, onOpen }: { notice: Notice; now: number; onOpen: () => void }) {
  return (
    <li className={classes.row} data-notice={notice.id} data-unread={notice.read_at ? undefined : true}>
      <Link to={addressOf(notice)} className={classes.link} onClick={onOpen}>
        <span className={classes.first}>
          <StatusBadge status={statusOf(notice.kind)} />
          <time
            className={classes.age}
            dateTime={notice.created_at}
            title={formatDateTime(notice.created_at)}
          >
            {formatRelative(notice.created_at, now)}
          </time>
        </span>
        <span className={classes.title}>{notice.title}</span>
        {notice.body && <span className={classes.body}>{notice.body}</span>}
        {!notice.read_at && <span className={classes.dot} role="img" aria-label={strings.unread} />}
      </Link>
    </li>
  );
}
