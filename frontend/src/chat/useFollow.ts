// Keeps the end of a growing list in sight, unless the person scrolled away from it.
import { useCallback, useEffect, useRef, useState, type RefObject } from "react";

const NEAR = 48;

export interface Follow {
  away: boolean;
  toEnd: () => void;
  /** Stay where one is, whatever grows. */
  release: () => void;
}

/** `begins`: whether the end is where one begins. */
export function useFollow(scroller: RefObject<HTMLElement | null>, content: RefObject<HTMLElement | null>, begins: boolean): Follow {
  const following = useRef(begins);
  const [away, setAway] = useState(false);
  useEffect(() => {
    const element = scroller.current;
    const inside = content.current;
    if (element === null || inside === null) return undefined;
    let top = element.scrollTop;
    const left = (): number => element.scrollHeight - element.clientHeight - element.scrollTop;
    const onScroll = (): void => {
      // Only a move up leaves: what grows below is no wish of the person.
      if (element.scrollTop < top - 1 && left() > NEAR) following.current = false;
      else if (left() <= NEAR) following.current = true;
      top = element.scrollTop;
      setAway(left() > NEAR);
    };
    const onResize = (): void => {
      if (following.current) element.scrollTop = element.scrollHeight;
      top = element.scrollTop;
      setAway(left() > NEAR);
    };
    const observer = new ResizeObserver(onResize);
    observer.observe(inside);
    observer.observe(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, [scroller, content]);
  const toEnd = useCallback(() => {
    following.current = true;
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  }, [scroller]);
  const release = useCallback(() => {
    following.current = false;
  }, []);
  return { away, toEnd, release };
}
