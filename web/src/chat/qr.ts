// A QR code made in this browser: the text is in the code itself, no address and no server.
import generator from "qrcode-generator";

generator.stringToBytes = (text: string) => [...new TextEncoder().encode(text)];

/** Version 17 at level L: more would be too fine for an ordinary phone to read off a screen. */
export const MOST_BYTES = 640;
const QUIET = 4;

/** The code as a square of `size` modules and an SVG path of its dark ones, quiet zone included. Raises when `text` is too long. */
export function qrPath(text: string): { size: number; path: string } {
  const code = generator(0, "L");
  code.addData(text, "Byte");
  code.make();
  const count = code.getModuleCount();
  let path = "";
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      if (!code.isDark(row, column)) continue;
      let width = 1;
      while (column + width < count && code.isDark(row, column + width)) width += 1;
      path += `M${column + QUIET} ${row + QUIET}h${width}v1h-${width}z`;
      column += width;
    }
  }
  return { size: count + 2 * QUIET, path };
}
