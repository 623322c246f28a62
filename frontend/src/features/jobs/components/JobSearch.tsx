import { CloseButton, TextInput } from "@mantine/core";
import { useDebouncedCallback, useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useRef, useState } from "react";

import { strings } from "../strings";
import { useFilters } from "../use-filters";

const words = strings.filter;
const AFTER_MS = 250;
const LONGEST = 200;

/** Searches while one writes; / goes there, Esc clears it. */
export function JobSearch() {
  const { filters, set } = useFilters();
  const inForce = filters.q ?? "";
  const input = useRef<HTMLInputElement>(null);
  const [written, setWritten] = useState(inForce);
  const [sent, setSent] = useState(inForce);
  const [seen, setSeen] = useState(inForce);
  const send = (text: string) => {
    const next = text.trim();
    setSent(next);
    if (next !== inForce) set("q", next || null, inForce !== "" && next !== "");
  };
  const sendSoon = useDebouncedCallback(send, AFTER_MS);
  // Back, a chip or a link has changed it: not what is being written.
  if (inForce !== seen) {
    setSeen(inForce);
    if (inForce !== sent) {
      setSent(inForce);
      setWritten(inForce);
    }
  }
  const write = (text: string) => {
    setWritten(text);
    sendSoon(text);
  };
  const clear = () => {
    setWritten("");
    send("");
    input.current?.focus();
  };
  useHotkeys([["/", () => input.current?.focus()]]);
  return (
    <TextInput
      ref={input}
      type="search"
      role="searchbox"
      aria-label={words.search}
      placeholder={words.searchHint}
      leftSection={<IconSearch size={16} stroke={1.75} aria-hidden />}
      rightSection={written && <CloseButton size="sm" aria-label={words.clearSearch} onClick={clear} />}
      value={written}
      maxLength={LONGEST}
      onChange={(event) => write(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") send(written);
        if (event.key === "Escape" && written) clear();
      }}
    />
  );
}
