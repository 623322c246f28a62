/** Every key under which notices are cached. Socket messages touch these and no others. */
export const noticeKeys = {
  all: ["notices"] as const,
  list: ["notices", "list"] as const,
  settings: ["notices", "settings"] as const,
};
