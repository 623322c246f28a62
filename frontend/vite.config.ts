import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { buildName } from "./build/build-name.ts";
import { excalidrawFonts, noForeignFontSource } from "./build/excalidraw-assets.ts";
import { precompressed } from "./build/precompressed.ts";

const BACKEND = process.env.BACKEND_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), excalidrawFonts(), noForeignFontSource(), buildName(), precompressed()],
  resolve: {
    alias: {
      // 3.5 MB of diagram parsers that nothing here reaches: Mermaid is parsed on the server.
      "@excalidraw/mermaid-to-excalidraw": fileURLToPath(new URL("./build/no-mermaid.ts", import.meta.url)),
    },
  },
  build: {
    target: "es2022",
    // The content security policy allows no data: scripts or styles, and files cache better.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000, // kB; the editor is one lazy chunk
  },
  server: {
    proxy: {
      // Unchanged, the origin is that of the page: the server refuses what comes from another site.
      "/api": { target: BACKEND, changeOrigin: false },
      "/health": { target: BACKEND, changeOrigin: false },
      "/socket.io": { target: BACKEND, changeOrigin: false, ws: true },
    },
  },
  test: {
    environment: "happy-dom",
    setupFiles: ["src/test/setup.ts"],
    environmentOptions: { happyDOM: { url: "http://localhost:3000" } },
    include: ["src/**/*.test.{ts,tsx}"],
    // Its modules import JSON and styles as a bundler takes them, not as Node does.
    server: { deps: { inline: [/@excalidraw/] } },
    restoreMocks: true,
    testTimeout: 20_000,
  },
});
