import { Button, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { Appear } from "../../../components/ui/Appear";
import { ErrorNotice } from "../../../components/ui/ErrorNotice";
import { useNow } from "../../../lib/use-now";
import { noticesIn, unreadIn } from "../notice-cache";
import { noticesQuery, useMarkRead } from "../notice-queries";
import type { Notice } from "../notice-types";
import { strings } from "../strings";
import classes from "./NoticeBell.module.css";
import { NoticeRow } from "./NoticeRow";

const AGES_EVERY_MS = 30_000;

/** Past notices, the newest first. */
export function NoticePanel({ onLeave }: { onLeave: () => void }) {
  const list = useInfiniteQuery(noticesQuery);
  const markRead = useMarkRead();
  const notices = noticesIn(list.data);
  const newest = notices[0];
  return (
    <>
      <div className={classes.head}>
        <Title order={2} size="h3">
          {strings.title}
        </Title>
        <Button
          size="compact-sm"
          variant="subtle"
          disabled={unreadIn(list.data) === 0 || !newest}
          onClick={() => newest && markRead({ until: newest.created_at })}
        >
          {strings.markAll}
        </Button>
      </div>
      <div className={classes.scroll}>
        {list.error && !list.data && <ErrorNotice error={list.error} onRetry={() => void list.refetch()} />}
        {list.isPending && <Loading />}
        {list.data && <Rows notices={notices} onLeave={onLeave} />}
        {list.hasNextPage && (
          <Button
            fullWidth
            variant="subtle"
            size="compact-md"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {strings.older}
          </Button>
        )}
      </div>
      <Link to="/settings#notices" className={classes.foot} onClick={onLeave}>
        {strings.settingsLink}
      </Link>
    </>
  );
}

function Rows({ notices, onLeave }: { notices: readonly Notice[]; onLeave: () => void }) {
  const now = useNow(AGES_EVERY_MS);
  const markRead = useMarkRead();
  if (notices.length === 0) {
    return (
      <Text size="sm" c="dimmed" p="md">
        {strings.empty}
      </Text>
    );
  }
  const open = (notice: Notice) => {
    if (!notice.read_at) markRead({ ids: [notice.id] });
    onLeave();
  };
  return (
    <ul className={classes.list} aria-label={strings.title}>
      {notices.map((notice) => (
        <NoticeRow key={notice.id} notice={notice} now={now} onOpen={() => open(notice)} />
      ))}
    </ul>
  );
}

function Loading() {
  return (
    <Appear label={strings.loading}>
      <Stack gap={1} p="xs">
        {[0, 1, 2].map((row) => (
          <Skeleton key={row} height={52} radius="md" />
        ))}
      </Stack>
    </Appear>
  );
}
