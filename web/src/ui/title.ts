import { type RefObject, useEffect, useRef } from 'react';

let first = true;

/**
 * Names the page: in the title of the window, and for those who hear it, by
 * taking the focus to the page's heading when it has changed. The ref is for that heading.
 */
export function useTitle(title: string): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – Mailferry`;
  }, [title]);
  useEffect(() => {
    // The first page of a visit is read from its top by itself.
    if (!first) heading.current?.focus({ preventScroll: true });
    first = false;
    window.scrollTo(0, 0);
  }, []);
  return heading;
}
