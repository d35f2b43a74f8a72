// A menu behind a button, with the keys that menus have.
import * as Dropdown from "@radix-ui/react-dropdown-menu";
import type { ReactNode } from "react";

import { Icon, type IconName } from "./Icon";

export interface MenuItem {
  icon: IconName;
  label: string;
  onSelect: () => void;
}

export function Menu({ label, items }: { label: string; items: readonly MenuItem[] }): ReactNode {
  return (
    // Not modal: that would need styles that the page's policy does not allow.
    <Dropdown.Root modal={false}>
      <Dropdown.Trigger className="icon-button" aria-label={label} title={label}>
        <Icon name="more" />
      </Dropdown.Trigger>
      <Dropdown.Portal>
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
