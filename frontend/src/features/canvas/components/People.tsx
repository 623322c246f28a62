import { Avatar, Tooltip } from "@mantine/core";

import { useSession } from "../../accounts/session";
import type { Guest } from "../core/room";
import { guestColor } from "../editor/guest-color";
import { strings } from "../strings";
import classes from "./People.module.css";

const SHOWN = 4;

/** Everybody on the canvas, once each, oneself last. Alone, one needs no list. */
export function People({ guests }: { guests: readonly Guest[] }) {
  const { user } = useSession();
  const people = [...new Map(guests.map((guest) => [guest.user_id, guest])).values()].sort(
    (a, b) => Number(a.user_id === user?.id) - Number(b.user_id === user?.id),
  );
  if (guests.length < 2) return null;
  const hidden = people.slice(SHOWN);
  return (
    <Avatar.Group spacing="xs" role="list" aria-label={strings.people.label} className={classes.people}>
      {people.slice(0, SHOWN).map((guest) => (
        <Person key={guest.user_id} guest={guest} isYou={guest.user_id === user?.id} />
      ))}
      {hidden.length > 0 && (
        <Tooltip label={hidden.map(({ name }) => name).join(", ")} withArrow>
          <Avatar size={28} role="listitem" aria-label={strings.people.more(hidden.length)}>
            +{hidden.length}
          </Avatar>
        </Tooltip>
      )}
    </Avatar.Group>
  );
}

function Person({ guest, isYou }: { guest: Guest; isYou: boolean }) {
  const label = isYou ? strings.people.you(guest.name) : guest.name;
  return (
    <Tooltip label={label} withArrow>
      <Avatar
        size={28}
        role="listitem"
        aria-label={label}
        classNames={{ placeholder: classes.initials }}
        style={{ "--person": guestColor(guest.user_id) }}
      >
        {initials(guest.name)}
      </Avatar>
    </Tooltip>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ""].map(
    (word) => Array.from(word ?? "")[0] ?? "",
  );
  return letters.join("").toUpperCase();
}
