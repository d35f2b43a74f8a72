// A menu behind a button, with the keys that menus have.
import * as Dropdown from "@radix-ui/react-dropdown-menu";
import { useState, type ReactNode } from "react";

import { Icon, type IconName } from "./Icon";

export interface MenuItem {
  icon: IconName;
  label: string;
  onSelect: () => void;
}

export function Menu({ label, items, icon = "more" }: { label: string; items: readonly MenuItem[]; icon?: IconName }): ReactNode {
  // In a modal dialog all that lies outside of it is beneath it, and cannot be reached.
  const [inside, setInside] = useState<HTMLElement | null>(null);
  return (
    // Not modal: that would need styles that the page's policy does not allow.
    <Dropdown.Root modal={false}>
      <Dropdown.Trigger ref={(button) => setInside(button?.closest<HTMLElement>("dialog, :fullscreen") ?? null)} className="icon-button" aria-label={label} title={label}>
        <Icon name={icon} />
      </Dropdown.Trigger>
      <Dropdown.Portal container={inside ?? document.fullscreenElement}>
        <Dropdown.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          {items.map((item) => (
            <Dropdown.Item key={item.label} className="menu-item" onSelect={item.onSelect}>
              <Icon name={item.icon} />
              {item.label}
            </Dropdown.Item>
          ))}
        </Dropdown.Content>
      </Dropdown.Portal>
    </Dropdown.Root>
  );
}
