import { type RefCallback, useCallback, useEffect, useRef } from 'react';

// The first page of a visit is read from its top by itself.
let visited = false;

/**
 * Names the page: in the title of the window, and for those who hear it, by
 * taking the focus to the page's heading when the page has changed. The ref is
 * for that heading, or for the one that takes its place when all is loaded.
 */
export function useTitle(title: string): RefCallback<HTMLHeadingElement> {
  const heading = useRef<HTMLHeadingElement | null>(null);
  useEffect(() => {
    document.title = `${title} – Mailferry`;
  }, [title]);
  useEffect(() => {
    if (visited) heading.current?.focus({ preventScroll: true });
    visited = true;
    window.scrollTo(0, 0);
  }, []);
  return useCallback((element: HTMLHeadingElement | null) => {
    heading.current = element;
    // A heading that went away took the focus with it.
    if (element && visited && document.activeElement === document.body) element.focus({ preventScroll: true });
  }, []);
}
