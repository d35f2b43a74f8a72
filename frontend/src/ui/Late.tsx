// What is loaded when it is wanted: should it fail, the rest of the page stays, and says so.
import { Component, Suspense, type ReactNode } from "react";

import { partMissing } from "@/base/stale";

interface Props {
  fallback?: ReactNode;
  children: ReactNode;
}

export class Late extends Component<Props, { isMissing: boolean }> {
  override state = { isMissing: false };

  static getDerivedStateFromError(): { isMissing: boolean } {
    return { isMissing: true };
  }

  override componentDidCatch(): void {
    partMissing();
  }

  override render(): ReactNode {
    return this.state.isMissing ? null : <Suspense fallback={this.props.fallback}>{this.props.children}</Suspense>;
  }
}
