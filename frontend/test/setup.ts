// What a browser has and node has not, as far as modules ask for it when they are loaded.
Object.defineProperty(globalThis, "navigator", { value: { languages: ["en-GB"] }, configurable: true });
