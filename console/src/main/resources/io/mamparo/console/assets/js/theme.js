// Light or dark: the system's wish unless the user chose otherwise on this machine.
const KEY = 'mamparo.theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set();

/** 'light' or 'dark', whichever is on the screen. */
export function theme() {
  return document.documentElement.dataset.theme ?? (system.matches ? 'dark' : 'light');
}

/** Switches and remembers; choosing what the system wishes forgets the choice. */
export function toggleTheme() {
  const next = theme() === 'dark' ? 'light' : 'dark';
  const asSystem = next === (system.matches ? 'dark' : 'light');
  if (asSystem) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    if (asSystem) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, next);
  } catch {
    // Not remembered, then.
  }
  listeners.forEach((listener) => listener());
}

/** Calls back whenever colours changed; canvases have to be drawn again. */
export function onTheme(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

system.addEventListener('change', () => listeners.forEach((listener) => listener()));

/** Resolves a custom property such as '--c-rate' to a colour a canvas understands. */
export function colour(property) {
  const probe = document.createElement('i');
  probe.style.color = `var(${property})`;
  probe.hidden = true;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}
