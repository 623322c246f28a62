import { describe, expect, it } from "vitest";

import { instructionsOf, MAX_FILE_BYTES } from "./read-file";

const file = (name: string, ...parts: BlobPart[]): File => new File(parts, name);

describe("a file as instructions", () => {
  it("is its text, in a fence where its name says what it is", async () => {
    await expect(instructionsOf(file("plan.md", "- a\n- b"))).resolves.toBe("- a\n- b");
    await expect(instructionsOf(file("Prices.CSV", "a,b\n1,2\n"))).resolves.toBe("```csv\na,b\n1,2\n```");
    await expect(instructionsOf(file("flow.mmd", "graph TD\nA-->B"))).resolves.toContain(
      "```mermaid\ngraph TD",
    );
  });

  it("is refused in a sentence when it is no text, empty or too large, whatever its name says", async () => {
    await expect(instructionsOf(file("a.md", new Uint8Array([0xff, 0xd8, 0xff])))).rejects.toThrow("a.md");
    await expect(instructionsOf(file("b.csv", "a\0b"))).rejects.toThrow("is no text");
    await expect(instructionsOf(file("c.txt", "  \n"))).rejects.toThrow("is empty");
    await expect(instructionsOf(file("d.txt", "x".repeat(MAX_FILE_BYTES + 1)))).rejects.toThrow("too large");
  });
});
