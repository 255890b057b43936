import assert from "node:assert/strict";
import test from "node:test";
import { contrast, palette, parse } from "../src/chat/colours.ts";

const rgb = (colour: string) => parse(colour)!;

for (const colour of ["#12505b", "#c00", "#ffcc00", "#ffffff", "#000000", "#7fb3ff"]) {
  for (const dark of [false, true]) {
    test(`${colour} stays readable by ${dark ? "night" : "day"}`, () => {
      const made = palette(colour, dark)!;
      assert.ok(contrast(rgb(made["--brand"]!), rgb("#fff")) >= 4.5, "white on the house colour");
      assert.ok(contrast(rgb(made["--accent"]!), rgb(made["--brand-soft"]!)) >= 4.5, "the accent on its soft ground");
      assert.ok(contrast(rgb(made["--accent"]!), rgb(dark ? "#182428" : "#fff")) >= 4.5, "the accent on paper");
    });
  }
}

test("a house colour that is dark enough is kept as it is", () => assert.equal(palette("#12505b", false)!["--brand"], "#12505b"));

for (const bad of ["", "red", "#12", "url(x)", "#12505b;}"]) test(`${JSON.stringify(bad)} is no colour`, () => assert.equal(palette(bad, false), null));
