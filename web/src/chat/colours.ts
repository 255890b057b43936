// A house colour given by the embedding page becomes a set of colours that stay readable: contrast as in WCAG 2.2.

type Rgb = [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const NIGHT: Rgb = [24, 36, 40];
/** A little above the 4.5 : 1 that text needs, for rounding. */
const READABLE = 4.6;

export function parse(colour: string): Rgb | null {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour);
  const long = short ? short.slice(1).map((digit) => digit + digit) : /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour)?.slice(1);
  return long ? (long.map((pair) => parseInt(pair, 16)) as Rgb) : null;
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

export const mix = (one: Rgb, other: Rgb, part: number): Rgb => one.map((value, n) => Math.round(value * (1 - part) + other[n]! * part)) as Rgb;
export const css = (colour: Rgb): string => `#${colour.map((value) => value.toString(16).padStart(2, "0")).join("")}`;

function until(colour: Rgb, toward: Rgb, on: Rgb): Rgb {
  let found = colour;
  for (let part = 0.04; contrast(found, on) < READABLE && part <= 1; part += 0.04) found = mix(colour, toward, part);
  return found;
}

/** CSS variables for one house colour, by day or by night; null when `colour` is no #rgb or #rrggbb. */
export function palette(colour: string, dark: boolean): Record<string, string> | null {
  const given = parse(colour);
  if (!given) return null;
  const brand = until(given, BLACK, WHITE);
  const paper = dark ? NIGHT : WHITE;
  const ink = dark ? WHITE : BLACK;
  const soft = mix(paper, brand, dark ? 0.28 : 0.09);
  return {
    "--brand": css(brand),
    "--brand-deep": css(mix(brand, BLACK, 0.35)),
    "--brand-soft": css(soft),
    "--brand-line": css(mix(paper, brand, dark ? 0.6 : 0.32)),
    "--accent": css(until(until(brand, ink, soft), ink, paper)),
  };
}
