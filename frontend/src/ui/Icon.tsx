// The icons: strokes of 24 by 24 in the colour of the text, never the only name of a thing.
import type { ReactNode } from "react";

const PATHS = {
  send: "M12 19V5m-6 6 6-6 6 6",
  stop: "M7 7h10v10H7z",
  plus: "M12 5v14M5 12h14",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6 6 18",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zm5-2 4.5 4.5",
  more: "M4 12a1 1 0 1 0 2 0 1 1 0 1 0-2 0zm7 0a1 1 0 1 0 2 0 1 1 0 1 0-2 0zm7 0a1 1 0 1 0 2 0 1 1 0 1 0-2 0z",
  copy: "M9 9h10v11H9zM5 15V4h10",
  check: "M5 12.5 10 17 19 7",
  retry: "M4 12a8 8 0 1 1 2.5 5.8M4 19v-5h5",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  up: "M7 11v9H4v-9zm0 0 4-7c1.500 0 2.500 1 2.500 2.500V10H19c1 0 1.500.8 1.300 1.800l-1.500 6.700c-.2.9-.9 1.500-1.800 1.500H7",
  down: "M7 13V4H4v9zm0 0 4 7c1.500 0 2.500-1 2.500-2.500V14H19c1 0 1.500-.8 1.300-1.800l-1.500-6.700C18.600 4.600 17.900 4 17 4H7",
  previous: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  end: "M12 5v14m-6-6 6 6 6-6",
  document: "M6 3h8l4 4v14H6zM14 3v5h4",
  folder: "M3 6h6l2 2h10v11H3z",
  people: "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zm-6 9v-1a6 6 0 0 1 12 0v1M16 4.500a3.500 3.500 0 0 1 0 6.500m2 3.500a6 6 0 0 1 3 4.500v1",
  filter: "M4 6h16M7 12h10M10 18h4",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1m2 4a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  outline: "M4 6h4M11 6h9M7 12h4M14 12h6M7 18h4M14 18h6",
  "up-page": "M6 15l6-6 6 6",
  "down-page": "M6 9l6 6 6-6",
  minus: "M5 12h14",
  "fit-width": "M3 5v14M21 5v14M6 12h12M9 9l-3 3 3 3M15 9l3 3-3 3",
  "fit-page": "M6 3h12v18H6zM12 7v10M10 9l2-2 2 2M10 15l2 2 2-2",
  expand: "M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5",
  shrink: "M4 9h5V4M20 9h-5V4M4 15h5v5M20 15h-5v5",
  compare: "M4 5h7v14H4zM13 5h7v14h-7z",
  columns: "M5 5h14v14H5z",
  open: "M14 4h6v6m0-6-9 9M19 14v6H4V5h6",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  help: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.500 9.500a2.500 2.500 0 1 1 3.600 2.250c-.700.350-1.100.900-1.100 1.650v.350M12 17h.01",
  warning: "M12 4 21 20H3zM12 10v4m0 3h.01",
  list: "M9 6h11M9 12h11M9 18h11M4.500 6h.01M4.500 12h.01M4.500 18h.01",
  leave: "M10 4H5v16h5M9 12h11m-4-4 4 4-4 4",
  download: "M12 4v12m-5-5 5 5 5-5M4 20h16",
  print: "M7 8V3h10v5M7 17H4V8h16v9h-3M7 14h10v7H7z",
  upload: "M12 16V5m-5 5 5-5 5 5M4 19h16",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
