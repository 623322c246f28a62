import js from "@eslint/js";
import boundaries from "eslint-plugin-boundaries";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import globals from "globals";
import tseslint from "typescript-eslint";

/** The modules of a feature that other features may import. Everything else in a feature is its own business. */
const PUBLIC_MODULES = {
  accounts: ["session.ts"],
  ai: [
    "components/PromptBox.tsx",
    "components/AIGenerationModal.tsx",
    "components/ChangeBar.tsx",
    "components/Landing.tsx",
    "job-announcements.ts",
    "use-change-bar.ts",
    "use-job-request.ts",
  ],
  billing: ["components/staff/BillingSection.tsx"],
  providers: ["components/ProvidersSection.tsx"],
  jobs: [
    "ai-agent-service.ts",
    "use-ai-job-updates.ts",
    "ai-job-log.ts",
    "components/NoWorker.tsx",
    "job-types.ts",
    "names.ts",
    "use-overview.ts",
    "job-queries.ts",
    "job-sentence.ts",
    "estimate-words.ts",
    "provider-wait.ts",
  ],
};

const toPublicModules = Object.entries(PUBLIC_MODULES).map(([name, modules]) => ({
  to: { element: { type: "feature", captured: { name }, fileInternalPath: modules } },
}));

export default defineConfig(
  globalIgnores(["dist", "coverage", "src/lib/api-schema.d.ts"]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        projectService: { allowDefaultProject: ["eslint.config.js", "public/color-scheme.js"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      // A promise that nobody waits for is marked by void; handlers may be async.
      "@typescript-eslint/no-misused-promises": [
        "error",
        { checksVoidReturn: { attributes: false, properties: false } },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "no-console": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  { files: ["src/**/*.{ts,tsx}"], ...reactHooks.configs.flat["recommended-latest"] },
  {
    // app → features → shared. A feature uses another one only through the modules named here.
    files: ["src/**/*.{ts,tsx}"],
    ignores: ["src/**/*.test.{ts,tsx}", "src/test/**"],
    plugins: { boundaries },
    settings: {
      "import/resolver": { node: { extensions: [".ts", ".tsx", ".d.ts"] } },
      "boundaries/elements": [
        { type: "app", pattern: "src/app" },
        { type: "feature", pattern: "src/features/*", capture: ["name"] },
        { type: "shared", pattern: "src/{lib,components}" },
      ],
    },
    rules: {
      "boundaries/no-unknown-files": "error",
      "boundaries/dependencies": [
        "error",
        {
          default: "disallow",
          policies: [
            { allow: { to: { module: { origin: ["external", "core"] } } } },
            {
              from: { element: { type: "app" } },
              allow: { to: { element: { types: { anyOf: ["app", "feature", "shared"] } } } },
            },
            {
              from: { element: { type: "feature" } },
              allow: [
                { to: { element: { type: "shared" } } },
                {
                  to: {
                    element: { type: "feature", captured: { name: "{{ from.element.captured.name }}" } },
                  },
                },
                ...toPublicModules,
              ],
            },
            {
              from: { element: { type: "shared" } },
              allow: { to: { element: { type: "shared" } } },
            },
          ],
        },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "ExportAllDeclaration, ExportNamedDeclaration[source]",
          message: "No barrel files: import from the module itself.",
        },
      ],
    },
  },
  { files: ["**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
);
