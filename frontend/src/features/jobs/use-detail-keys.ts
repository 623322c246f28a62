import { useHotkeys } from "@mantine/hooks";

interface DetailKeys {
  c?: () => void;
  r?: () => void;
}

/** The keys of the list, for the one job that is open. */
export function useDetailKeys({ c, r }: DetailKeys): void {
  useHotkeys([
    ["c", () => c?.()],
    ["r", () => r?.()],
  ]);
}
