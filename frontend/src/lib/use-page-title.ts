import { useEffect } from "react";

const PRODUCT = "CollabCanvas";
const MOST = 99;
const ICONS = { plain: "/favicon.svg", dotted: "/favicon-unread.svg" } as const;

let title: string | null = null;
let badge = 0;

function show(): void {
  const name = title ? `${title} · ${PRODUCT}` : PRODUCT;
  document.title = badge > 0 ? `(${badge > MOST ? `${MOST}+` : badge}) ${name}` : name;
  const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  const wanted = badge > 0 ? ICONS.dotted : ICONS.plain;
  if (icon && icon.getAttribute("href") !== wanted) icon.setAttribute("href", wanted);
}

/** The tab's title; null is the product's name alone. */
export function usePageTitle(wanted: string | null): void {
  useEffect(() => {
    title = wanted;
    show();
  }, [wanted]);
}

/** How many notices are not read: in front of the tab's title, and a dot on its icon. */
export function usePageBadge(unread: number): void {
  useEffect(() => {
    badge = unread;
    show();
    return () => {
      badge = 0;
      show();
    };
  }, [unread]);
}
