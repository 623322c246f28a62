/** Stands in for @excalidraw/mermaid-to-excalidraw; the editor's own Mermaid dialog is not offered. */
export function parseMermaidToExcalidraw(): Promise<never> {
  return Promise.reject(new Error("Mermaid is drawn by the assistant: paste it into the prompt box"));
}
