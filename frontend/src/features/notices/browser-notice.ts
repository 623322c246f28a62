export type Permission = NotificationPermission | "unsupported";

export function permission(): Permission {
  return typeof Notification === "undefined" ? "unsupported" : Notification.permission;
}

/** Asks once; must be called from a click. The browser remembers the answer. */
export async function askPermission(): Promise<Permission> {
  if (permission() !== "default") return permission();
  return Notification.requestPermission();
}

/** Several tabs that show the same notice show one: the browser goes by the tag. */
export function showBrowserNotice(id: string, title: string, body: string | null, open: () => void): void {
  if (permission() !== "granted") return;
  try {
    const shown = new Notification(title, { tag: id, icon: "/favicon.svg", ...(body && { body }) });
    shown.onclick = () => {
      window.focus();
      open();
      shown.close();
    };
  } catch {
    // Some phones let only service workers do this.
  }
}
