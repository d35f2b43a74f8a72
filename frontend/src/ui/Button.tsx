// Buttons: one with words, one with an icon and a name for those who do not see it.
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";

import { Icon, type IconName } from "./Icon";

type Rest = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "type">;

export function Button(props: Rest & { kind?: "primary" | "quiet" | "danger"; icon?: IconName }): ReactNode {
  const { kind = "quiet", icon, children, className = "", ...rest } = props;
  return (
    <button type="button" className={`button ${kind} ${className}`} {...rest}>
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}

export function IconButton(props: Rest & { icon: IconName; label: string; ref?: Ref<HTMLButtonElement> }): ReactNode {
  const { icon, label, className = "", ...rest } = props;
  return (
    <button type="button" className={`icon-button ${className}`} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}
