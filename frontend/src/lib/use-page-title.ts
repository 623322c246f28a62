import { useEffect } from "react";

const PRODUCT = "CollabCanvas";

/** The tab's title; null is the product's name alone. */
export function usePageTitle(title: string | null): void {
  useEffect(() => {
    document.title = title ? `${title} · ${PRODUCT}` : PRODUCT;
  }, [title]);
}
