// The line between two parts of the page, which makes one of them wider: by dragging, or by keys.
import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";

interface Props {
  label: string;
  /** How much of the room what follows it has, in per cent. */
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}

const STEP = 2;

export function Splitter({ label, value, min, max, onChange }: Props): ReactNode {
  const line = useRef<HTMLDivElement>(null);
  const set = (wanted: number): void => onChange(within(wanted, min, max));
  const onPointerMove = (event: PointerEvent): void => {
    const box = line.current?.parentElement?.getBoundingClientRect();
    if (box === undefined || line.current?.hasPointerCapture(event.pointerId) !== true) return;
    set(((box.right - event.clientX) / box.width) * 100);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = { ArrowLeft: value + STEP, ArrowRight: value - STEP, Home: max, End: min }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    set(to);
  };
  return (
    <div
      ref={line}
      className="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={Math.round(value)}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={(event) => {
        event.preventDefault();
        line.current?.setPointerCapture(event.pointerId);
      }}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  );
}

export function within(wanted: number, min: number, max: number): number {
  return Math.round(Math.min(max, Math.max(min, wanted)) * 10) / 10;
}
