import { createHash } from "node:crypto";

import type { Plugin } from "vite";

/** Names the build in the page: the server tells its pages which build it serves, and an older page knows that it is older. */
export function buildName(): Plugin {
  return {
    name: "build-name",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        if (!bundle) return html; // in development nothing is built
        const names = Object.keys(bundle).sort().join("\n"); // each has a hash of its content in it
        const build = createHash("sha256").update(names).digest("hex").slice(0, 8);
        return html.replace("</head>", `  <meta name="build" content="${build}" />\n  </head>`);
      },
    },
  };
}
