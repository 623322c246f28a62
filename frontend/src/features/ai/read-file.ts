import { strings } from "./strings";

export const MAX_FILE_BYTES = 100_000;
export const FILE_TYPES = ".txt,.md,.markdown,.csv,.tsv,.mmd,.mermaid,text/plain,text/markdown,text/csv";

const LANGUAGES: Readonly<Record<string, string>> = {
  csv: "csv",
  tsv: "tsv",
  mmd: "mermaid",
  mermaid: "mermaid",
};

/** The text of a file as instructions: what its name says it is stands in a fence of that language. Throws a sentence. */
export async function instructionsOf(file: File): Promise<string> {
  if (file.size > MAX_FILE_BYTES) throw new Error(strings.file.tooLarge(file.name));
  const text = readText(await file.arrayBuffer(), file.name);
  if (text.trim() === "") throw new Error(strings.file.empty(file.name));
  const ending = file.name.split(".").at(-1)?.toLowerCase() ?? "";
  const language = LANGUAGES[ending];
  return language === undefined ? text : `\`\`\`${language}\n${text.trim()}\n\`\`\``;
}

/** What is no text is known by its bytes, whatever its name says. */
function readText(bytes: ArrayBuffer, name: string): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    // Not UTF-8.
  }
  throw new Error(strings.file.noText(name));
}
