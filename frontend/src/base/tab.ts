// What is kept for as long as the tab is open, where the browser allows that.
const name = (of: string): string => `citewire.${of}`;

function allowed<T>(step: (storage: Storage) => T): T | null {
  try {
    return step(sessionStorage);
  } catch {
    return null; // storage may be switched off
  }
}

export const readTab = (of: string): string | null => allowed((storage) => storage.getItem(name(of)));
export const writeTab = (of: string, value: string): void => void allowed((storage) => storage.setItem(name(of), value));
export const forgetTab = (of: string): void => void allowed((storage) => storage.removeItem(name(of)));
export const clearTab = (): void => void allowed((storage) => storage.clear());
