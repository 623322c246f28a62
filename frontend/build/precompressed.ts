import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import type { Plugin } from "vite";

const COMPRESSIBLE = /\.(css|html|js|json|svg|webmanifest)$/; // fonts are compressed already
const SMALLEST = 1024; // bytes; below it a header costs more than is saved
const BROTLI_QUALITY = 9; // of 11: the last two take five times as long for 3 %

/** Writes `.br` and `.gz` beside every file that gains by it; the server sends what the browser accepts. */
export function precompressed(): Plugin {
  let outDir = "dist";
  return {
    name: "precompressed",
    configResolved(config) {
      outDir = config.build.outDir;
    },
    closeBundle() {
      if (this.environment.mode !== "build") return;
      for (const name of readdirSync(outDir, { recursive: true, encoding: "utf8" })) {
        if (COMPRESSIBLE.test(name)) compress(join(outDir, name));
      }
    },
  };
}

function compress(file: string): void {
  const content = readFileSync(file);
  if (content.length < SMALLEST) return;
  writeFileSync(
    `${file}.br`,
    brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  );
  writeFileSync(`${file}.gz`, gzipSync(content));
}
