/** The launcher's own style. `!important` inside :host wins over any rule of the page around it, however hostile. */
export const STYLE = `
:host { all: initial !important; display: block !important; position: static !important; }
.box { --brand: #12505b; --brand-deep: #0b363e; --edge: var(--gjj-edge, 20px); --floor: var(--gjj-bottom, 20px); position: fixed; right: var(--edge); bottom: var(--floor); z-index: 2147483000;
  font: 16px/1.4 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
.left { right: auto; left: var(--edge); }
.launch { position: relative; display: flex; align-items: center; gap: 8px; min-height: 52px; padding: 0 20px 0 14px; border: 0; border-radius: 26px;
  background: var(--brand); color: #fff; font: inherit; font-weight: 600; cursor: pointer; box-shadow: 0 4px 16px rgba(11,54,62,.28); }
.launch:hover { background: var(--brand-deep); }
.launch:focus-visible { outline: 3px solid #d9a441; outline-offset: 3px; }
.launch svg { width: 26px; height: 26px; }
.badge { position: absolute; top: -8px; right: -4px; min-width: 24px; height: 24px; padding: 0 6px; box-sizing: border-box; border: 2px solid #fff; border-radius: 12px;
  background: #b3261e; color: #fff; font-size: 13px; line-height: 20px; text-align: center; }
.left .badge { right: -8px; }
.frame { position: fixed; right: var(--edge); bottom: var(--floor); width: var(--gjj-width, 420px); height: var(--gjj-height, 680px); max-width: calc(100vw - 40px); max-height: calc(100vh - 40px); border: 0; border-radius: var(--gjj-radius, 14px);
  background: #f4f6f5; box-shadow: 0 10px 40px rgba(11,54,62,.32); }
.left .frame { right: auto; left: var(--edge); }
[hidden] { display: none; }
@media (max-width: 520px) { .frame, .left .frame { top: 0; left: 0; right: 0; bottom: 0; width: 100%; height: 100%; max-width: none; max-height: none; border-radius: 0; } }
@media print { .box { display: none; } }`;
