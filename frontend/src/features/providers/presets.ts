import type { Provider } from "./providers-api";

export type Kind = Provider["kind"];

export interface Preset {
  readonly kind: Kind;
  readonly name: string;
  readonly baseUrl: string;
  /** What its models are called, for example. */
  readonly model: string;
  readonly needsKey: boolean;
}

/** Where the usual providers are reached, as their own pages say. */
export const PRESETS: readonly Preset[] = [
  {
    kind: "openai",
    name: "OpenAI",
    baseUrl: "https://api.openai.com/v1",
    model: "gpt-4.1-mini",
    needsKey: true,
  },
  {
    kind: "gemini",
    name: "Gemini",
    baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai",
    model: "gemini-2.5-flash",
    needsKey: true,
  },
  {
    kind: "openrouter",
    name: "OpenRouter",
    baseUrl: "https://openrouter.ai/api/v1",
    model: "qwen/qwen3-32b",
    needsKey: true,
  },
  {
    kind: "ollama",
    name: "Ollama",
    baseUrl: "http://127.0.0.1:11434/v1",
    model: "qwen2.5-coder:7b",
    needsKey: false,
  },
  {
    kind: "vllm",
    name: "vLLM",
    baseUrl: "http://127.0.0.1:8001/v1",
    model: "Qwen/Qwen2.5-7B-Instruct",
    needsKey: false,
  },
  { kind: "other", name: "", baseUrl: "", model: "", needsKey: true },
];

export function presetOf(kind: Kind): Preset {
  const found = PRESETS.find((preset) => preset.kind === kind) ?? PRESETS.at(-1);
  if (!found) throw new Error("there are no presets");
  return found;
}
