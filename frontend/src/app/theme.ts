import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const iris: MantineColorsTuple = [
  "#f3f3ff",
  "#e6e7ff",
  "#dadcff",
  "#cbcdff",
  "#b1b3fb",
  "#9b9ef0",
  "#5b5bd6",
  "#5151cd",
  "#4747b8",
  "#3a3a96",
];

const gray: MantineColorsTuple = [
  "#f9f9f8",
  "#f2f2f0",
  "#e8e8e5",
  "#dddcd8",
  "#cfcdc8",
  "#aeaca6",
  "#7f7d77",
  "#5f5d58",
  "#3c3a37",
  "#21201c",
];

const dark: MantineColorsTuple = [
  "#ecedee",
  "#c9ccd1",
  "#a0a5ad",
  "#747982",
  "#383b42",
  "#2a2c31",
  "#1e2023",
  "#151618",
  "#101113",
  "#0b0c0d",
];

const FACE = 'Assistant, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

export const theme = createTheme({
  primaryColor: "iris",
  primaryShade: 6,
  colors: { iris, gray, dark },
  black: "#21201c",
  fontFamily: FACE,
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  fontWeights: { regular: "400", medium: "600", bold: "600" },
  fontSizes: { xs: "0.8125rem", sm: "0.9375rem", md: "1.0625rem", lg: "1.1875rem", xl: "1.375rem" },
  headings: {
    fontFamily: FACE,
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.75rem", lineHeight: "1.25" },
      h2: { fontSize: "1.25rem", lineHeight: "1.3" },
      h3: { fontSize: "1.0625rem", lineHeight: "1.4" },
    },
  },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
});

/** Our own tokens beside Mantine's. Text colours keep 4.5 : 1 on `--cc-page` and on `--cc-surface`. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    "--cc-bar-height": "3.5rem",
    "--cc-ease": "cubic-bezier(0.2, 0, 0, 1)",
  },
  light: {
    "--mantine-color-body": "#fbfbfa",
    "--mantine-color-dimmed": "#63625d",
    "--mantine-color-placeholder": "#74736d",
    "--mantine-color-error": "#c62a2f",
    "--cc-page": "#fbfbfa",
    "--cc-surface": "#ffffff",
    "--cc-raised": "#ffffff",
    "--cc-hover": "#f2f2f0",
    "--cc-line": "#e6e6e2",
    "--cc-line-strong": "#d3d2cd",
    "--cc-dots": "#dcdbd6",
    "--cc-track": "#e8e8e5",
    "--cc-selection": "#dadcff",
    "--cc-shadow": "0 1px 2px rgb(33 32 28 / 5%), 0 8px 24px -12px rgb(33 32 28 / 18%)",
    "--cc-status-queued": "#63625d",
    "--cc-status-processing": "#1560b8",
    "--cc-status-retrying": "#8a5200",
    "--cc-status-completed": "#18794e",
    "--cc-status-failed": "#c62a2f",
    "--cc-status-cancelled": "#63625d",
    "--cc-preview-filter": "none",
  },
  dark: {
    "--mantine-color-dimmed": "#a0a5ad",
    "--mantine-color-placeholder": "#8d929b",
    "--mantine-color-error": "#ff9592",
    "--cc-page": "#151618",
    "--cc-surface": "#1a1b1e",
    "--cc-raised": "#1e2023",
    "--cc-hover": "#222428",
    "--cc-line": "#2a2c31",
    "--cc-line-strong": "#3a3d44",
    "--cc-dots": "#2c2e34",
    "--cc-track": "#2d3036",
    "--cc-selection": "#3a3a96",
    "--cc-shadow": "0 1px 2px rgb(0 0 0 / 40%), 0 12px 32px -12px rgb(0 0 0 / 60%)",
    "--cc-status-queued": "#a0a5ad",
    "--cc-status-processing": "#70b8ff",
    "--cc-status-retrying": "#f1b44a",
    "--cc-status-completed": "#3dd68c",
    "--cc-status-failed": "#ff9592",
    "--cc-status-cancelled": "#a0a5ad",
    "--cc-preview-filter": "invert(0.93) hue-rotate(180deg)",
  },
});
