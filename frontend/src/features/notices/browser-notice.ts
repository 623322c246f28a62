import { Store } from "../../lib/store";

export type Permission = NotificationPermission | "unsupported";

/** What the page knows of it: the question is asked in one place and told in another. */
export const permissionKnown = new Store<{ allowed: Permission }>({ allowed: permission() });

export function permission(): Permission {
  return typeof Notification === "undefined" ? "unsupported" : Notification.permission;
}

/** Asks once; must be called from a click. The browser remembers the answer. */
export async function askPermission(): Promise<Permission> {
  if (permission() === "default") await Notification.requestPermission();
  permissionKnown.patch({ allowed: permission() });
  return permission();
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
