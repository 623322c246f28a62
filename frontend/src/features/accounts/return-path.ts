/** Where to go after signing in: a path of our own, never another host. */
export function safeReturnPath(next: string | null): string {
  return next?.startsWith("/") && !/^\/[/\\]/.test(next) ? next : "/";
}
