// What a person chose about the page itself, kept in the browser where it allows that.

export function readChoice(name: string): string | null {
  try {
    return localStorage.getItem(`citewire.${name}`);
  } catch {
    return null; // storage may be switched off
  }
}

export function writeChoice(name: string, value: string): void {
  try {
    localStorage.setItem(`citewire.${name}`, value);
  } catch {
    // It holds until the page is closed.
  }
}
