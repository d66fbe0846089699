// The colours of every page, by role, for light and dark; the test beside it holds them to WCAG 2.2 §1.4.3 and §1.4.11.

/** A colour per role, as six hexadecimal digits. */
export type Palette = Readonly<
  Record<
    'paper' | 'card' | 'ink' | 'muted' | 'line' | 'field' | 'accent' | 'onAccent' | 'wash' | 'alarm' | 'alarmWash',
    string
  >
>;

export const light: Palette = {
  paper: '#f6f4ef',
  card: '#fffefb',
  ink: '#1c2024',
  muted: '#555b63',
  line: '#dedad0',
  field: '#7f7b72',
  accent: '#12595c',
  onAccent: '#ffffff',
  wash: '#e7efec',
  alarm: '#9b2c1f',
  alarmWash: '#f9e9e5',
};

export const dark: Palette = {
  paper: '#121517',
  card: '#1a1e21',
  ink: '#e9e6df',
  muted: '#a7adb4',
  line: '#30363b',
  field: '#757d85',
  accent: '#7fcac4',
  onAccent: '#0c1f20',
  wash: '#1d2c2d',
  alarm: '#f2a195',
  alarmWash: '#34201d',
};

/** The palette as custom properties for one rule. */
export function customProperties(palette: Palette): string {
  return Object.entries(palette)
    .map(([role, colour]) => `--${role.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}:${colour};`)
    .join('');
}
