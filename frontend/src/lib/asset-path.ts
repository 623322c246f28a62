declare global {
  interface Window {
    EXCALIDRAW_ASSET_PATH?: string | string[];
  }
}

// Must be imported before anything of Excalidraw: without it the editor fetches its fonts from a foreign host.
window.EXCALIDRAW_ASSET_PATH = "/assets/";

export {};
