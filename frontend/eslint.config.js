// Type-checked rules; the generated types are checked by their own drift test.
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

import { downward } from "./scripts/order.mjs";

export default tseslint.config(
  { ignores: ["node_modules/", "src/api/types.ts", "src/api/formats.ts", "scripts/", "packages/*/dist/", "packages/*/types.mjs", "eslint.config.js", "e2e/run.mjs", "e2e/shots/"] },
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "react-hooks": hooks, folders: { rules: { downward } } },
    rules: {
      ...hooks.configs.recommended.rules,
      "folders/downward": "error",
      // What changes outside of components is followed in one way.
      "no-restricted-imports": ["error", { paths: [{ name: "react", importNames: ["useSyncExternalStore"], message: "Use createStore and useStore of @/base/store." }] }],
      // These two speak of React's compiler, which is not used here.
      "react-hooks/preserve-manual-memoization": "off",
      "react-hooks/incompatible-library": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  { files: ["src/base/store.ts"], rules: { "no-restricted-imports": "off" } },
);
