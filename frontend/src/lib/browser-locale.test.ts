import { afterEach, expect, test, vi } from "vitest";

import { languageTags, mendBrowserLanguage } from "./browser-locale";

afterEach(() => vi.unstubAllGlobals());

test.each([
  [["en-US@posix"], "en"],
  [["en-US@posix", "de-AT"], "de-AT"],
])("of %s the browser's language becomes %s", (languages, language) => {
  vi.stubGlobal("navigator", { language: languages[0], languages });
  mendBrowserLanguage();
  expect(navigator.language).toBe(language);
  expect(() => new Intl.NumberFormat(navigator.language)).not.toThrow();
  expect(languageTags()).toEqual(languages.slice(1));
});

test("a language that there is stays", () => {
  vi.stubGlobal("navigator", { language: "fr", languages: ["fr", "en"] });
  mendBrowserLanguage();
  expect(navigator.language).toBe("fr");
});
