import type { Rule } from "eslint";

export const ORDER: readonly string[];
export const downward: Rule.RuleModule;
