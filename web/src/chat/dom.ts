// Building elements. Text only ever becomes a text node: nothing that arrives is read as HTML (ASVS 3.2.2).

const SVG = "http://www.w3.org/2000/svg";

type Child = Node | string | null | undefined | false;
type Listeners = { [event: string]: (event: Event) => void };
type Attributes = { on?: Listeners } & { [name: string]: string | number | boolean | null | undefined | Listeners };

/** An element. Attributes: `on` = {event: listener}; true = bare attribute; null or false = left out. */
export function el<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, listener] of Object.entries(value as Listeners)) node.addEventListener(event, listener);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, String(value));
  }
  node.append(...(children.filter((child) => child != null && child !== false) as (Node | string)[]));
  return node;
}

/** An SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(tag: K, attributes: { [name: string]: string | number } = {}, ...children: (Node | string)[]): SVGElementTagNameMap[K] {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node as SVGElementTagNameMap[K];
}

export function icon(name: string): SVGElement {
  return svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `/web/icons.svg#${name}` }));
}

export function button(text: string, style: string, click: (event: Event) => void, picture?: string): HTMLButtonElement {
  return el("button", { type: "button", class: style, on: { click } }, picture ? icon(picture) : null, text);
}

/** An element of the page; raises when the page lacks it. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no #${id}`);
  return found as E;
}
