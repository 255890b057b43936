// Where the page runs: alone in a tab, in the frame of the center's site, or on the screen of a service hall.

export const isKiosk = (): boolean => location.pathname === "/kiosk";

export const isFramed = (): boolean => location.pathname === "/embed" && window.parent !== window;

/** What the widget says about its page: host (origin), colour, colours, title. */
export const given = (): URLSearchParams => new URLSearchParams(isFramed() ? location.hash.slice(1) : "");
