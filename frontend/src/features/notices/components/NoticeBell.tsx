import { ActionIcon, Popover } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBell } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";

import { Hint } from "../../../components/ui/Hint";
import { useSession } from "../../accounts/session";
import { unreadIn } from "../notice-cache";
import { noticesQuery } from "../notice-queries";
import { strings } from "../strings";
import classes from "./NoticeBell.module.css";
import { NoticePanel } from "./NoticePanel";

/** The bell of the top bar: how many notices are not read, and the list behind it. */
export function NoticeBell() {
  const { user } = useSession();
  return user ? <Bell /> : null;
}

function Bell() {
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const { data } = useInfiniteQuery(noticesQuery);
  const unread = unreadIn(data);
  return (
    <Popover
      opened={isOpen}
      onChange={(opened) => !opened && close()}
      position="bottom-end"
      width={380}
      trapFocus
      returnFocus
      shadow="md"
    >
      <Popover.Target>
        <Hint label={strings.title} disabled={isOpen}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={strings.bell(unread)}
            className={classes.bell}
            onClick={toggle}
          >
            <IconBell size={18} stroke={1.75} aria-hidden />
            {unread > 0 && (
              <span className={classes.count} aria-hidden>
                {strings.count(unread)}
              </span>
            )}
          </ActionIcon>
        </Hint>
      </Popover.Target>
      <Popover.Dropdown p={0} className={classes.panel} aria-label={strings.title}>
        <NoticePanel onLeave={close} />
      </Popover.Dropdown>
    </Popover>
  );
}
