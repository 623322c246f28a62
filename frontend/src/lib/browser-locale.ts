/**
 * The browser's languages, without names that are none: where the system has LANG=C, Chromium says “en-US@posix”. Libraries
 * hand `navigator.language` to Intl, which throws, so this module mends it. It is imported before they are.
 */
export function languageTags(): string[] {
  return typeof navigator === "undefined" ? [] : navigator.languages.filter(isLanguageTag);
}

export function mendBrowserLanguage(): void {
  if (typeof navigator === "undefined" || isLanguageTag(navigator.language)) return;
  Object.defineProperty(navigator, "language", { value: languageTags()[0] ?? "en", configurable: true });
}

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

mendBrowserLanguage();
