import type { Kind, Preset } from "./presets";
import type { Provider, ProviderChange } from "./providers-api";

/** What stands in the form. Numbers are texts while they are empty. */
export interface Draft {
  kind: Kind;
  name: string;
  baseUrl: string;
  model: string;
  apiKey: string;
  priceIn: number | string;
  priceOut: number | string;
  calls: number | string;
  tokens: number | string;
  timeout: number | string;
}

const USUAL_TIMEOUT = 120;

export function draftOf(provider: Provider | null): Draft {
  return {
    kind: provider?.kind ?? "openai",
    name: provider?.name ?? "OpenAI",
    baseUrl: provider?.base_url ?? "https://api.openai.com/v1",
    model: provider?.model ?? "",
    apiKey: "",
    priceIn: provider?.price_in ?? 0,
    priceOut: provider?.price_out ?? 0,
    calls: provider?.requests_per_minute ?? "",
    tokens: provider?.tokens_per_minute ?? "",
    timeout: provider?.timeout ?? USUAL_TIMEOUT,
  };
}

/** Another kind brings its name and address; what was typed otherwise stays. */
export function withPreset(draft: Draft, preset: Preset): Draft {
  return {
    ...draft,
    kind: preset.kind,
    name: preset.name || draft.name,
    baseUrl: preset.baseUrl || draft.baseUrl,
  };
}

/** As the API takes it. A key that was not typed is not sent, so that the present one stays. */
export function bodyOf(draft: Draft, provider: Provider | null) {
  const { apiKey } = draft;
  const body = {
    kind: draft.kind,
    name: draft.name.trim(),
    base_url: draft.baseUrl.trim(),
    model: draft.model.trim(),
    price_in: Number(draft.priceIn) || 0,
    price_out: Number(draft.priceOut) || 0,
    requests_per_minute: numberOrNull(draft.calls),
    tokens_per_minute: numberOrNull(draft.tokens),
    timeout: Number(draft.timeout) || USUAL_TIMEOUT,
  };
  return provider && apiKey ? { ...body, api_key: apiKey } : (body satisfies ProviderChange);
}

function numberOrNull(value: number | string): number | null {
  return value === "" ? null : Number(value);
}
