import { strings } from "./strings";

/** Only what is surely wrong is refused here; the server has the last word. */
export function emailProblem(email: string): string | null {
  return /^\S+@\S+\.\S+$/.test(email.trim()) ? null : strings.errors.email;
}
