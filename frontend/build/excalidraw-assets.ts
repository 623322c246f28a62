import { cpSync, createReadStream, existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { normalize } from "node:path";

import type { Plugin } from "vite";

const FONTS = fileURLToPath(
  new URL("../node_modules/@excalidraw/excalidraw/dist/prod/fonts", import.meta.url),
);
const FOREIGN_SOURCE = /`https:\/\/esm\.sh\/\$\{[\s\S]*?\/dist\/prod\/`/g;

/**
 * Serves the editor's fonts from our own host: copied into the build, passed through in development.
 * All families are kept; the 13 MB for Chinese, Japanese and Korean are 200 small subsets fetched one by one when used.
 */
export function excalidrawFonts(): Plugin {
  let outDir = "dist";
  return {
    name: "excalidraw-fonts",
    configResolved(config) {
      outDir = config.build.outDir;
    },
    configureServer(server) {
      server.middlewares.use("/assets/fonts", (request, response, next) => {
        const file = FONTS + normalize(decodeURIComponent((request.url ?? "/").split("?")[0] ?? "/"));
        if (!file.endsWith(".woff2") || !existsSync(file)) {
          next();
          return;
        }
        response.setHeader("Content-Type", "font/woff2");
        createReadStream(file).pipe(response);
      });
    },
    closeBundle() {
      if (this.environment.mode === "build") cpSync(FONTS, `${outDir}/assets/fonts`, { recursive: true });
    },
  };
}

/**
 * Excalidraw names a foreign host as the second source of every font face. Browsers check it against the content
 * security policy even when it is never fetched (about 230 console errors), so it is replaced by our own host.
 * The build fails when the place is not found any more, instead of quietly letting the foreign host back in.
 */
export function noForeignFontSource(): Plugin {
  let replaced = 0;
  let editorSeen = false;
  return {
    name: "no-foreign-font-source",
    enforce: "pre",
    apply: "build",
    transform(code, id) {
      if (!id.includes("/@excalidraw/excalidraw/")) return null;
      editorSeen = true;
      if (!code.includes("https://esm.sh/")) return null;
      const local = code.replace(FOREIGN_SOURCE, () => {
        replaced += 1;
        return 'new URL("/assets/",window.location.origin).href';
      });
      if (local.includes("https://esm.sh/"))
        this.error("Excalidraw names its foreign font source in a new way");
      return { code: local, map: null };
    },
    buildEnd(error) {
      if (!error && editorSeen && replaced === 0) {
        this.error(
          "Excalidraw's foreign font source was not found: look for the new place and mend this plugin",
        );
      }
    },
  };
}
